/**
 * `crossfade adopt PLAN`: the local journal is lost, or an old copy. Both databases keep a copy of it, so it is made
 * anew from theirs, entry by entry as it was; what they do not have any more is found again by asking them, as after
 * any crash.
 */
import {hostname} from 'node:os';
import type {JournalStore} from '../journal/journal.ts';
import {mirroredForm} from '../journal/mirrored.ts';
import {runState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {takeLease} from '../runner/lease.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import {choose, COPIES, copiesOf, type Chosen, type Copy, type CopyName, longestOf} from './adopt-choice.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {openSides, refOf, type Sides} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {cannotAsk} from './prompt.ts';
import {planArgument} from './plan-argument.ts';
import {requireRole} from './role-guard.ts';
import {begin} from './run.ts';
import {runsOf, withState} from './run-choice.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan of the lost run, or - for stdin')
      .option('--from <copy>', `where the copies do not agree: the one to believe, ${COPIES.join(', ')}`)
      .option('--dry-run', 'show what is known, and change nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const pinned = await planArgument(invocation);
      const from = copyNamed(textOf(invocation.options['from']));
      if (from && invocation.global.reason === undefined) throw cannotAsk('--reason TEXT');
      const id = await findMigration(pinned, invocation);
      const sides = await openSides(pinned.plan, refOf(id, pinned.plan.name), systemEffects);
      try {
        return await adopt({store, id, pinned, sides, from}, invocation);
      } finally {
        await Promise.all([sides.source.close(), sides.target.close()]);
      }
    }),
};

type Adoption = {
  readonly store: JournalStore;
  readonly id: string;
  readonly pinned: PinnedPlan;
  readonly sides: Sides;
  readonly from: CopyName | undefined;
};

const copyNamed = (name: string | undefined): CopyName | undefined => {
  if (name === undefined) return undefined;
  const found = COPIES.find((one) => one === name);
  if (found) return found;
  throw new TerminalError(`--from cannot be ${name}`, {code: 'CF-USAGE-001', next: `give one of ${COPIES.join(', ')}`});
};

const findMigration = async ({plan}: PinnedPlan, {output}: Invocation): Promise<string> => {
  output.say('asking both databases …');
  const sides = await openSides(plan, {id: 'adopt', short: 'adopt', name: plan.name}, systemEffects);
  try {
    const known = await Promise.all([sides.source.control.known(), sides.target.control.known()]);
    const [first] = known.filter((one) => one !== undefined);
    if (first && known.every((one) => !one || one.id === first.id)) return first.id;
    const reason = first
      ? 'the two databases know different migrations of this name'
      : 'neither database knows an unfinished migration of this name';
    throw new TerminalError(reason, {code: 'CF-STATE-001', next: 'check name and urls of the plan'});
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};

const adopt = async (adoption: Adoption, {output, options, global, person}: Invocation): Promise<ExitCode> => {
  const {store, id, pinned, sides, from} = adoption;
  const isDry = options['dryRun'] === true;
  if (!isDry) requireRole('adopt', {plan: {content: planKnown(await copiesOf(store, id, sides), pinned)}}, person);
  // Under the lease, so that no runner is at work whose journal this would be made of while it grows.
  const epoch = isDry
    ? 0
    : (await takeLease(sides.source, sides.target, id, `${currentPerson().name}@${hostname()}, pid ${process.pid}, adopt`)).epoch;
  const chosen = choose(await copiesOf(store, id, sides), from, pinned.plan.name);
  if (!isDry) await rebuild(adoption, chosen, epoch, global.reason);
  const head = chosen.entries.at(-1);
  if (output.isJson)
    output.document({
      id,
      name: pinned.plan.name,
      from: chosen.name,
      entries: chosen.entries.length,
      head: head ? {seq: head.seq, hash: head.hash} : null,
    });
  else
    output.data(
      `${pinned.plan.name} (${id}): ${chosen.entries.length} entries${head ? `, the newest ${head.at} ${head.fact.type}` : ': nothing had been done'}`,
    );
  output.say('Next: crossfade resume');
  return EXIT.done;
};

/** As the run has pinned it, before a lease is taken: the file that is typed may say something else of people. */
const planKnown = (copies: readonly Copy[], {plan}: PinnedPlan): unknown => {
  const longest = longestOf(copies.filter(({faults}) => !faults.length));
  return longest?.entries.length ? runState(longest.entries).plan.content : plan;
};

const rebuild = async (
  {store, id, pinned, sides, from}: Adoption,
  chosen: Chosen,
  epoch: number,
  reason: string | undefined,
): Promise<void> => {
  const journal = await store.restore(id, pinned.plan.name, chosen.entries);
  // A runner that had its lease and no more has left a name and nothing else.
  if (!chosen.entries.length) await begin(journal, pinned);
  const head = chosen.entries.at(-1) ?? {seq: 0, hash: ''};
  await journal.append({
    type: 'adopted',
    planFile: pinned.file,
    head: {seq: head.seq, hash: head.hash},
    entries: chosen.entries.length,
    reason,
    actor: currentPerson(),
    ...(from ? {from} : {}),
  });
  const copy = (await journal.entries()).map(mirroredForm);
  for (const side of new Set([sides.source, sides.target]))
    await (from ? side.control.replaceMirror(copy) : side.control.mirror(copy, epoch));
  await endStillborn(store, id, pinned.plan.name);
};

/** What `run` began under another id here, before it learnt from the databases that the run exists. No runner ever had it. */
const endStillborn = async (store: JournalStore, id: string, name: string): Promise<void> => {
  for (const {id: other, journal, state} of await runsOf(store)) {
    if (other === id || state.plan.name !== name || state.isFinal || state.runner) continue;
    await journal.append({type: 'phase-ended', phase: state.phase, outcome: 'abort', evidence: {reason: `${id} was adopted instead`}});
  }
};
