/**
 * The verbs that leave a signal for the runner share one shape: choose the run, see whether the verb fits, ask, look
 * once more, record, and with `--wait` stay until the effect is in the journal.
 */
import type {Command} from 'commander';
import {workflows} from '../../workflows/workflows.ts';
import type {JournalFact, Signal} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {signalWords} from '../journal/signal-words.ts';
import {TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {formatDuration} from '../plan/duration.ts';
import type {Workflow} from '../workflow/workflow.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {durationFlag} from './duration-flag.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {confirmed} from './prompt.ts';
import {requireRole} from './role-guard.ts';
import {chooseRun, readAgain, runsOf, withRunOption, withState, type Run} from './run-choice.ts';
import {isUnattended} from './runner-alive.ts';
import {signalEffect, type SignalEffect} from './signal-effect.ts';
import {requireFit, type Verb} from './verb-guard.ts';

type SignalFact = Extract<JournalFact, {type: 'signal'}>;

type Reason = 'none' | 'asked' | 'required';

export type SignalVerb = {
  readonly verb: Verb;
  readonly argument?: {readonly name: string; readonly description: string; readonly isOptional?: true};
  /** Mild ones are not asked about. */
  readonly severity: 'mild' | 'moderate' | 'severe';
  readonly reason: Reason | ((argument: string, state: RunState) => Reason);
  /** Throws CF-USAGE-001 when the argument cannot be meant. Empty when an optional one is absent. */
  signal(state: RunState, argument: string): Signal & {readonly type: Verb};
  /** What will happen, how long writes stop, how it is undone. */
  consequences(state: RunState): readonly string[];
  /** In words, when the signal would change nothing; then it is not recorded. */
  nothingToDo?(state: RunState, argument: string): string | undefined;
  /** Flags of its own. */
  configure?(command: Command): void;
  /** Whose signal it is, where that is more than the account of this machine; throws before anybody is asked. */
  author?(invocation: Invocation, run: Run): Promise<(run: Run, argument: string, reason: string | undefined) => SignalFact>;
  /** Throws when the run is not ready; may wait for a measurement that is due. */
  ready?(run: Run): Promise<Run>;
};

export function signalCommand(verb: SignalVerb): CommandModule {
  return {
    configure: (command) => {
      withRunOption(command)
        .option('--wait', 'return when the effect is in the journal, not when the signal is recorded')
        .option('--timeout <duration>', 'with --wait: for how long at most, such as 10m; the signal stays recorded')
        .option('--dry-run', 'say what would be recorded and what would come of it, and record nothing');
      const {name, description, isOptional} = verb.argument ?? {};
      verb.configure?.(command);
      if (name !== undefined) command.argument(isOptional ? `[${name}]` : `<${name}>`, description);
    },
    run: (invocation) =>
      withState(invocation, async (store) => carryOut(verb, chooseRun(await runsOf(store), invocation, {finishedToo: false}), invocation)),
  };
}

async function carryOut(verb: SignalVerb, chosen: Run, invocation: Invocation): Promise<ExitCode> {
  const [argument = ''] = invocation.args.map((value) => textOf(value));
  const gate = verb.argument?.name === 'gate' ? argument : undefined;
  const timeoutMs = timeoutOf(invocation);
  const look = (run: Run): void => {
    if (invocation.options['dryRun'] !== true) requireRole(verb.verb, run.state, invocation.person);
    requireFit(verb.verb, run.state, workflowOf(run.state), gate);
  };
  look(chosen);
  const signal = verb.signal(chosen.state, argument);
  const nothing = verb.nothingToDo?.(chosen.state, argument);
  if (nothing !== undefined) return report(invocation, chosen, {recorded: false, text: nothing, code: EXIT.done});
  const author = (await verb.author?.(invocation, chosen)) ?? ((now, _, why) => bare(verb.signal(now.state, argument), invocation, why));
  const ready = (await verb.ready?.(chosen)) ?? chosen;
  if (invocation.options['dryRun'] === true) return sayWhatWouldBe(verb, signal, ready, invocation);
  const reason = await reasonOf(typeof verb.reason === 'function' ? verb.reason(argument, ready.state) : verb.reason, invocation);
  if (!(await agreed(verb, ready.state, invocation))) return EXIT.done;
  const run = await readAgain(ready);
  look(run);
  return record(run, verb.signal(run.state, argument), author(run, argument, reason), timeoutMs, invocation);
}

const bare = (signal: Signal, {person}: Invocation, reason: string | undefined): SignalFact => ({
  type: 'signal',
  signal,
  actor: person,
  reason,
});

function timeoutOf({options}: Invocation): number | undefined {
  const timeoutMs = durationFlag(options, 'timeout');
  if (timeoutMs === undefined || options['wait'] === true) return timeoutMs;
  throw new TerminalError('--timeout limits a wait, and nothing is waited for', {code: 'CF-USAGE-001', next: 'add --wait'});
}

function sayWhatWouldBe({consequences}: SignalVerb, signal: Signal, {id, state}: Run, {output}: Invocation): ExitCode {
  const told = consequences(state);
  const heard = isUnattended(state)
    ? 'no runner is at work; crossfade resume would take it up'
    : 'the runner would take it up at its next safe point';
  if (output.isJson) output.document({id, recorded: false, dryRun: true, signal, consequences: told, heard});
  else for (const line of [`${signalWords(signal)} would be recorded; ${heard}`, ...told]) output.data(line);
  output.say('Nothing was changed.');
  return EXIT.done;
}

async function record(
  run: Run,
  signal: Signal & {readonly type: Verb},
  fact: SignalFact,
  timeoutMs: number | undefined,
  invocation: Invocation,
): Promise<ExitCode> {
  const {seq} = await run.journal.append(fact);
  if (isUnattended(run.state))
    return report(invocation, run, {
      recorded: true,
      seq,
      text: `${signal.type} is recorded; no runner is at work, crossfade resume takes it up`,
      code: EXIT.done,
    });
  if (invocation.options['wait'] !== true)
    return report(invocation, run, {recorded: true, seq, text: `${signal.type} is recorded`, code: EXIT.done});
  invocation.output.say(`${signal.type} is recorded; waiting for its effect`);
  const {clock} = systemEffects;
  for (const began = clock.monotonicMs(); ; ) {
    const effect = signalEffect(signal, await run.journal.entries(seq), seq);
    if (effect) return report(invocation, run, {recorded: true, seq, ...effect});
    if (timeoutMs !== undefined && clock.monotonicMs() - began >= timeoutMs)
      return report(invocation, run, {recorded: true, seq, ...withoutEffect(signal, (await readAgain(run)).state, timeoutMs)});
    await clock.sleep(LOOK_MS);
  }
}

/** It may still come: the signal stays recorded. What the run stands at decides the exit code. */
function withoutEffect(signal: Signal, {waitingFor}: RunState, timeoutMs: number): SignalEffect {
  const text = `nothing came of ${signal.type} within ${formatDuration(timeoutMs)}; it stays recorded`;
  if (waitingFor?.kind !== 'gates') return {text, code: EXIT.failed};
  const isMeasured = waitingFor.red.some(({gate}) => gate !== 'approval');
  return {
    text: `${text}; red before ${waitingFor.phase}: ${waitingFor.red.map(({gate, evidence}) => `${gate} (${evidence})`).join(', ')}`,
    code: isMeasured ? EXIT.noGo : EXIT.waitsForPeople,
  };
}

type Report = {readonly recorded: boolean; readonly seq?: number; readonly text: string; readonly code: ExitCode};

function report({output}: Invocation, {id}: Run, {code, ...told}: Report): ExitCode {
  const next = {command: 'crossfade status', why: 'says where the run stands'};
  if (output.isJson) output.document({id, ...told, next: [next]});
  else output.data(told.text);
  output.say(`Next: ${next.command}`);
  return code;
}

/** Between two looks at the journal while waiting. */
const LOOK_MS = 150;

function agreed({severity, consequences}: SignalVerb, state: RunState, {global, prompt, output}: Invocation): Promise<boolean> {
  if (severity === 'mild') return Promise.resolve(true);
  return confirmed({severity, planName: state.plan.name, consequences: consequences(state)}, global, prompt, output);
}

/** Asked for at a terminal; elsewhere only a required one is missed. */
async function reasonOf(reason: Reason, {global, prompt}: Invocation): Promise<string | undefined> {
  if (reason === 'none' || global.reason) return global.reason;
  if (!prompt.canAsk || (reason === 'asked' && global.yes)) return reason === 'required' ? Promise.reject(withoutReason()) : undefined;
  const answer = (await prompt.ask('Why? '))?.trim();
  if (reason === 'required' && !answer) throw withoutReason();
  return answer || undefined;
}

/** Over the API it is a field. */
const withoutReason = (): TerminalError =>
  new TerminalError('this needs a reason', {
    code: 'CF-USAGE-001',
    next: 'run it again with --reason TEXT; in a call of the API: the field reason',
  });

function workflowOf({plan}: RunState): Workflow {
  const known: Readonly<Record<string, Workflow>> = workflows;
  const workflow = Object.hasOwn(known, plan.workflow) ? known[plan.workflow] : undefined;
  if (workflow) return workflow;
  throw new TerminalError(`this version has no workflow ${plan.workflow}`, {
    code: 'CF-STATE-001',
    next: 'use the version that started the run',
  });
}
