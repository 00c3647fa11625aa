/**
 * `crossfade parked`: rows of the side that serves which the other one cannot hold, and why it refused them. Reads only, and
 * needs no runner. Keys may say something about people, so they are shown as digests unless somebody asks for them.
 */
import type {Parked} from '../engine/engine.ts';
import {nameOf} from '../model/table.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {hashedKey} from '../verify/verifier.ts';
import type {CommandModule, Invocation} from './command.ts';
import {openSides, refOf} from './compose.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {chooseRun, type Run, runsOf, withRunOption, withState} from './run-choice.ts';
import {since} from './spans.ts';

export const command: CommandModule = {
  configure: (command) => void withRunOption(command).option('--show-keys', 'the keys themselves, to find the rows with'),
  run: (invocation) =>
    withState(invocation, async (store) => list(chooseRun(await runsOf(store), invocation, {finishedToo: false}), invocation)),
};

const list = async (run: Run, {output, options}: Invocation): Promise<ExitCode> => {
  const {plan} = await pinnedPlanOf(run.state);
  const effects = await effectsOf(process.env);
  output.say('asking the source …');
  const {source, target} = await openSides(plan, refOf(run.journal.migration, plan.name), effects);
  try {
    const parked = await source.target.parked();
    const lines = parked.map((one) => shown(one, options['showKeys'] === true));
    if (output.isJson) output.document({id: run.id, parked: lines});
    else for (const line of lines) output.data(words(line, effects.clock.now()));
    output.say(next(parked, plan.reverse.misfits));
    return EXIT.done;
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
};

type Shown = {readonly table: string; readonly key: string | Parked['key']; readonly reason: string; readonly since: string};

/** The digest is the one that comparisons name rows by. */
const shown = ({table, key, reason, since: from}: Parked, isPlain: boolean): Shown => ({
  table: nameOf(table),
  key: isPlain ? key : `#${hashedKey(table, key)}`,
  reason,
  since: from,
});

const words = ({table, key, reason, since: from}: Shown, now: Date): string =>
  `${table} key ${typeof key === 'string' ? key : JSON.stringify(key)}, for ${since(from, now)}: ${reason}`;

const next = (parked: readonly Parked[], misfits: 'stop' | 'park' = 'stop'): string => {
  if (parked.length > 0)
    return 'Next: change these rows where they are, or delete them; they travel by themselves then. Runbook: docs/runbook/parked-rows.md';
  return misfits === 'park'
    ? 'no row is parked'
    : 'no row is parked; the plan says reverse.misfits: stop, so the run ends at the first one';
};
