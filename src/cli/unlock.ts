/**
 * `crossfade unlock`: ends a runner that can neither be asked nor stopped where it runs: its machine is gone, or it hangs.
 * Its sessions are ended on both databases and a new epoch begins there, so whatever it still sends is refused; then
 * nobody holds the run, and `resume` goes on from anywhere.
 */
import {hostname} from 'node:os';
import type {LeaseHolder} from '../engine/control.ts';
import type {Database} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {takeLease} from '../runner/lease.ts';
import {Mirror} from '../runner/mirror.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {openSides, refOf, type Sides} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {cannotAsk, confirmed} from './prompt.ts';
import {chooseRun, runsOf, withRunOption, withState, type Run} from './run-choice.ts';
import {requireRole} from './role-guard.ts';
import {isRunnerAlive} from './runner-alive.ts';
import {since} from './spans.ts';

/** What stands in the way while the holder is alive: another runner holds the migration. */
const IN_THE_WAY = 'CF-LEASE-001';

export const command: CommandModule = {
  configure: (command) =>
    void withRunOption(command)
      .option('--override <code>', `${IN_THE_WAY}: end it although its process is alive on this machine, because it hangs`)
      .option('--dry-run', 'show who holds the run, and end nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: false});
      if (invocation.options['dryRun'] !== true) requireRole('unlock', run.state, invocation.person);
      const {plan} = await pinnedPlanOf(run.state);
      invocation.output.say('asking both databases …');
      const sides = await openSides(plan, refOf(run.id, plan.name), systemEffects);
      try {
        const sign = (await store.report(run.id))?.at;
        return await unlock(run, sides, sign, invocation);
      } finally {
        await Promise.all([sides.source.close(), sides.target.close()]);
      }
    }),
};

type Held = {readonly side: Database; readonly holder: LeaseHolder};

async function unlock(run: Run, sides: Sides, lastSign: string | undefined, invocation: Invocation): Promise<ExitCode> {
  const {output, options, global, prompt} = invocation;
  const held = await heldBy(sides);
  const [first] = held;
  if (!first) return nobodyHolds(run, invocation);
  const override = overrideOf(options);
  for (const line of holderLines(held, lastSign)) output.insist(line);
  if (options['dryRun'] === true) return report(run, held, {ended: false}, 'nothing was ended', invocation);
  if (isHere(first.holder) === true && override === undefined) throw aliveHere(first.holder);
  const consequences = [
    'Its sessions are ended on both databases; what it had not committed is undone there, and whatever it still sends is refused.',
    'A cutover under way is called off, or carried out by the next runner if it was decided. Nobody runs the migration until crossfade resume.',
  ];
  if (!(await confirmed({severity: 'severe', planName: run.state.plan.name, consequences}, global, prompt, output))) return EXIT.done;
  const reason = await reasonOf(invocation);
  const epoch = await replace(run, sides, held, {override, reason});
  return report(run, held, {ended: true, epoch}, `unlocked; epoch ${epoch} refuses the old runner`, invocation);
}

const heldBy = async ({source, target}: Sides): Promise<Held[]> => {
  const held: Held[] = [];
  for (const side of new Set([source, target])) {
    const holder = await side.control.holder();
    if (holder) held.push({side, holder});
  }
  return held;
};

/** The locks go with the sessions that hold them; taking the lease ends the rest and raises the epoch, as any successor would. */
const replace = async (
  {id, journal}: Run,
  {source, target}: Sides,
  held: readonly Held[],
  {override, reason}: {readonly override: string | undefined; readonly reason: string},
): Promise<number> => {
  for (const {side, holder} of held) await side.control.endHolder(holder);
  const actor = currentPerson();
  const {epoch} = await takeLease(source, target, id, `${actor.name}@${hostname()}, pid ${process.pid}, unlock`);
  const mirror = await Mirror.open(journal, [source, target], epoch);
  const {holder, since: from} = held[0]?.holder ?? {holder: 'unknown', since: 'unknown'};
  await journal.append({type: 'unlocked', holder, since: from, epoch, override, actor, reason});
  await mirror.flush();
  return epoch;
};

/** The lease says `person@machine, pid 4711`; undefined when that is another machine. */
const isHere = ({holder}: LeaseHolder): boolean | undefined => {
  const pid = Number(/, pid (\d+)/.exec(holder)?.[1] ?? NaN);
  return Number.isNaN(pid) ? undefined : isRunnerAlive({holder, pid, since: '', stopped: undefined});
};

const ALIVE = {
  true: 'its process is alive on this machine',
  false: 'its process is gone from this machine',
  undefined: 'whether it is alive cannot be told from here',
};

const holderLines = (held: readonly Held[], lastSign: string | undefined): string[] => [
  ...held.map(
    ({side, holder}) => `${side.side}: held by ${holder.holder}, session ${holder.session} from ${holder.address} since ${holder.since}`,
  ),
  ...held
    .slice(0, 1)
    .map(
      ({holder}) =>
        `${ALIVE[`${isHere(holder)}`]}; ${lastSign === undefined ? 'it has reported no numbers here' : `its last numbers are ${since(lastSign, systemEffects.clock.now())} old`}`,
    ),
];

const aliveHere = ({holder}: LeaseHolder): TerminalError =>
  new TerminalError(`unlock is refused: ${holder} is alive on this machine, and may be at work`, {
    code: IN_THE_WAY,
    next: `stop it where it runs (Ctrl-C, or TERM to its process); if it hangs: crossfade unlock --override ${IN_THE_WAY} --reason TEXT`,
  });

function overrideOf(options: Invocation['options']): string | undefined {
  const given = textOf(options['override']);
  if (given === undefined || given === IN_THE_WAY) return given;
  throw new TerminalError(`unlock has nothing to override with the code ${given}`, {
    code: 'CF-USAGE-001',
    next: `--override ${IN_THE_WAY}`,
  });
}

async function reasonOf({global, prompt}: Invocation): Promise<string> {
  const reason = global.reason ?? (prompt.canAsk ? (await prompt.ask('Why? '))?.trim() : undefined);
  if (!reason) throw cannotAsk('--reason TEXT');
  return reason;
}

function nobodyHolds({id}: Run, {output}: Invocation): ExitCode {
  if (output.isJson) output.document({id, holders: [], ended: false});
  else output.data('nobody holds the run');
  output.say('Next: crossfade resume');
  return EXIT.done;
}

function report({id}: Run, held: readonly Held[], told: Readonly<Record<string, unknown>>, words: string, {output}: Invocation): ExitCode {
  const holders = held.map(({side, holder}) => ({side: side.side, ...holder, alive: isHere(holder) ?? null}));
  if (output.isJson) output.document({id, holders, ...told});
  else output.data(words);
  output.say(told['ended'] === true ? 'Next: crossfade resume' : 'Next: crossfade unlock');
  return EXIT.done;
}
