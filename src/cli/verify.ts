/**
 * `crossfade verify`: compares both sides now. A runner at work does it beside its phase; without one this command
 * takes the run's lease, lets the stream catch up, compares, and leaves.
 */
import type {Journal} from '../journal/journal.ts';
import {recorded} from '../journal/recorded.ts';
import {runState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import {isChangeInPlace} from './change-in-place.ts';
import {causeLines} from './cause-words.ts';
import {type CommandModule, type Invocation, textOf} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {chooseRun, runsOf, withRunOption, withState, type Run} from './run-choice.ts';
import {requireRole} from './role-guard.ts';
import {isRunnerAlive} from './runner-alive.ts';
import {seededKeys} from './seeded-keys.ts';
import {throttledOf} from './tuning-words.ts';
import type {Asked} from './verify-now.ts';

const LOOK_MS = 200;

export const command: CommandModule = {
  configure: (command) =>
    void withRunOption(command)
      .option('--repair', 'read rows that differ again from the open side, and compare once more')
      .option('--seeded <file>', 'with --repair: rows that a drill has changed on purpose, one JSON object a line')
      .option('--schema', 'compare the two catalogues instead of the rows')
      .option('--dry-run', 'with --repair: compare, and read nothing again'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: false});
      if (isChangeInPlace(run.state)) throw nothingToCompare(run);
      if (invocation.options['schema'] === true) return (await import('./verify-schema.ts')).verifySchema(run, invocation);
      const repair = invocation.options['repair'] === true && invocation.options['dryRun'] !== true;
      if (repair) requireRole('verify --repair', run.state, invocation.person);
      const asked = {repair, ...(await seededOf(invocation, repair))};
      const {throttled} = throttledOf(run.state.tuning);
      if (throttled !== undefined) invocation.output.say(`this takes longer, or stands still: throttled: ${throttled}`);
      const isAttended = run.state.runner && isRunnerAlive(run.state.runner) !== false;
      if (isAttended) return askRunner(run, asked, invocation);
      requireRole('verify', run.state, invocation.person); // without a runner it takes the lease, and brings over what the log has
      return (await import('./verify-alone.ts')).verifyAlone(run, asked, invocation);
    }),
};

const seededOf = async ({options}: Invocation, repair: boolean): Promise<{readonly seeded?: readonly string[]}> => {
  const file = textOf(options['seeded']);
  if (file === undefined) return {};
  if (!repair)
    throw new TerminalError('--seeded says why rows are repaired, and nothing is repaired', {code: 'CF-USAGE-001', next: 'add --repair'});
  return {seeded: await seededKeys(file)};
};

const nothingToCompare = ({state}: Run): TerminalError =>
  new TerminalError(`${state.plan.name} changes one database in place; there is no other side to compare it with`, {
    code: 'CF-VERB-001',
    next: 'crossfade status; the rows are counted before contract by the run itself',
  });

const askRunner = async ({journal}: Run, asked: Asked, invocation: Invocation): Promise<ExitCode> => {
  const {clock} = await effectsOf(process.env);
  const {seq} = await journal.append({
    type: 'signal',
    signal: {type: 'verify', ...asked},
    actor: currentPerson(),
    reason: invocation.global.reason,
  });
  invocation.output.say('the runner compares both sides …');
  for (;;) {
    const since = await journal.entries(seq);
    const answer = recorded(since, 'verified').find(({fact}) => fact.by === undefined);
    if (answer) return report(answer.fact, invocation);
    const end = since.find(({fact}) => fact.type === 'failed' || fact.type === 'runner-stopped');
    if (end) return stopped(end.fact.type, invocation);
    const {runner} = runState(await journal.entries());
    if (runner && isRunnerAlive(runner) === false) return stopped('killed', invocation);
    await clock.sleep(LOOK_MS);
  }
};

/** A comparison is not taken up by the next runner: it would be of another moment. */
const stopped = (how: string, {output}: Invocation): ExitCode => {
  output.insist(`the runner ended first (${how}); crossfade status says why`);
  output.say('Next: the same again, which needs no runner; then crossfade resume');
  return EXIT.failed;
};

type Verified = Extract<Awaited<ReturnType<Journal['append']>>['fact'], {type: 'verified'}>;

/** Equal is 0; different, and what could not be compared, is no-go. */
export const report = ({evidence, repaired, causes = [], error}: Verified, {output}: Invocation): ExitCode => {
  const verification = evidence['verification'] as
    | {equal: boolean; tables: number; rows: string; differing: number; uncompared: number}
    | undefined;
  if (output.isJson) output.document({...evidence, repaired, causes, error});
  else if (!verification) output.data(error ?? 'could not be compared');
  else {
    const found = evidence['found'] as {text: string} | undefined;
    if (found) output.data(found.text);
    for (const line of causeLines(causes)) output.data(line);
    if (repaired) output.data(`${repaired} rows were read again from the open side`);
    output.data(
      verification.equal
        ? `equal: ${verification.rows} rows in ${verification.tables} tables`
        : `${verification.differing} rows differ, ${verification.uncompared} could not be compared`,
    );
  }
  if (causes.some(({cause}) => cause === 'unknown'))
    output.insist(`a row without a known cause keeps the cutover closed until: crossfade approve checksum-match --reason TEXT`);
  output.say(verification?.equal ? 'Next: crossfade status' : 'Next: crossfade explain CF-VERIFY-001');
  return verification?.equal ? EXIT.done : EXIT.noGo;
};
