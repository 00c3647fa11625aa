/**
 * `crossfade adopt PLAN`: the local journal is lost. Both databases know every decision, so a new journal is made of
 * what they kept; steps that are missing from it are found again by asking the databases, as after any crash.
 */
import type {Database} from '../engine/engine.ts';
import type {Entry, JournalStore} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {mirrorOf} from '../runner/mirror.ts';
import {systemEffects} from '../runner/system-effects.ts';
import type {CommandModule, Invocation} from './command.ts';
import {openSides, refOf, type Sides} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {withState} from './run-choice.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command.argument('<file>', 'the plan of the lost run').option('--dry-run', 'show what is known, and change nothing'),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const {plan} = await readPlanFile(String(invocation.args[0]));
      const id = await findMigration(plan, invocation);
      const sides = await openSides(plan, refOf(id, plan.name), systemEffects);
      try {
        return await adopt(store, id, plan.name, sides, invocation);
      } finally {
        await Promise.all([sides.source.close(), sides.target.close()]);
      }
    }),
};

type PlanOf = Awaited<ReturnType<typeof readPlanFile>>['plan'];

const findMigration = async (plan: PlanOf, {output}: Invocation): Promise<string> => {
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

const adopt = async (
  store: JournalStore,
  id: string,
  name: string,
  sides: Sides,
  {output, options, global}: Invocation,
): Promise<ExitCode> => {
  if ((await store.migrations()).some((one) => one.id === id))
    throw new TerminalError(`the journal of ${name} is here, nothing is lost`, {code: 'CF-VERB-001', next: 'crossfade resume'});
  const entries = await mirroredEntries([sides.source, sides.target]);
  const head = entries.at(-1);
  if (!head)
    throw new TerminalError('the databases kept no entry of this migration', {
      code: 'CF-STATE-001',
      next: 'crossfade explain CF-STATE-001',
    });
  if (options['dryRun'] !== true) await rebuild(store, id, name, sides, entries, global.reason);
  if (output.isJson) output.document({id, name, entries: entries.length, head: {seq: head.seq, hash: head.hash}});
  else output.data(`${name} (${id}): ${entries.length} entries, the newest ${head.at} ${head.fact.type}`);
  output.say('Next: crossfade resume');
  return EXIT.done;
};

/** Of both sides together; where they disagree about an entry, somebody altered one of them. */
const mirroredEntries = async (sides: readonly Database[]): Promise<Entry[]> => {
  const bySeq = new Map<number, Entry>();
  for (const {seq, hash, body} of (await Promise.all(sides.map((side) => side.control.mirrored()))).flat()) {
    const known = bySeq.get(seq);
    if (known && known.hash !== hash)
      throw new TerminalError(`the two databases keep different entries ${seq}`, {
        code: 'CF-STATE-002',
        next: 'crossfade explain CF-STATE-002',
      });
    bySeq.set(seq, JSON.parse(body) as Entry);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
};

const rebuild = async (
  store: JournalStore,
  id: string,
  name: string,
  {source, target}: Sides,
  known: readonly Entry[],
  reason: string | undefined,
): Promise<void> => {
  const journal = await store.create(id, name);
  for (const {fact} of known) await journal.append(fact);
  const {seq, hash} = known.at(-1) ?? {seq: 0, hash: ''};
  await journal.append({type: 'adopted', head: {seq, hash}, entries: known.length, reason});
  const mirrors = (await journal.entries()).map(mirrorOf);
  await source.control.replaceMirror(mirrors);
  await target.control.replaceMirror(mirrors);
};
