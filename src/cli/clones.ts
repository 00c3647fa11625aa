/** What a rehearsal on clones and a trial have in common: the plan's databases, which are only read, and anonymised clones in the places that flags name. */
import type {Command} from 'commander';
import type {Ties} from '../engine/engine.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {SIDES} from '../model/side.ts';
import type {TableName} from '../model/table.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {type Choice, chooseDisguises} from '../rehearsal/choose-disguises.ts';
import {cloningOf, makeClone, type MadeClone} from '../rehearsal/make-clone.ts';
import type {Extent} from '../rehearsal/rehearsal.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {textOf, type Invocation} from './command.ts';
import type {Sides} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {durationFlag} from './duration-flag.ts';
import type {ExitCode} from './exit-codes.ts';
import {journalsFolder} from './own-journal.ts';
import {planArgument} from './plan-argument.ts';
import {sayDisguises} from './rehearse-lines.ts';
import {openClones, openOriginals, refuseRealPlaces} from './rehearse-places.ts';

export const withCloneFlags = (command: Command): Command =>
  command
    .argument('<file>', 'the plan, or - for stdin')
    .option(
      '--source-clone <reference>',
      'an empty database for the clone of the source, on MySQL and MariaDB an empty server: env:NAME, file:/path or exec:command',
    )
    .option('--target-clone <reference>', 'an empty one that stands for the target, of its version')
    .option('--sample <rows>', 'about so many rows of each table and all that they refer to; the whole source unless given')
    .option('--timeout <duration>', 'give up when a gate has been red for so long', '30m');

const TIMEOUT_MS = 30 * 60_000;

export const timeoutOf = (options: Invocation['options']): number => durationFlag(options, 'timeout') ?? TIMEOUT_MS;

/** What is to be cloned, and from where. */
export type Cloned = {
  readonly pinned: PinnedPlan;
  readonly effects: Effects;
  readonly originals: Sides;
  readonly choice: Choice;
  readonly ties: Ties;
  readonly extent: Extent;
  readonly timeoutMs: number;
  /** By which values are disguised. */
  readonly key: string;
  /** Where its journal will be. */
  readonly folder: string;
};

/** The databases of the plan are open while `act` goes on, and only read. A dry run says what would become of them, and nothing is done. */
export async function fromOriginals<T>(invocation: Invocation, act: (cloned: Cloned) => Promise<T>): Promise<T | ExitCode> {
  const {options, output, global} = invocation;
  const pinned = await planArgument(invocation);
  const extent = extentOf(options);
  const timeoutMs = timeoutOf(options);
  const folder = journalsFolder(global);
  const effects = await effectsOf(process.env);
  const originals = await openOriginals(pinned.plan, effects);
  try {
    await originals.source.identity();
    const tables = await originals.source.catalog.tables(pinned.plan.scope);
    for (const side of SIDES) cloningOf(originals[side]);
    const ties = await originals.source.rehearsing.ties(tables);
    const choice = chooseDisguises(tables, ties, pinned.plan.rehearsal?.columns ?? []);
    if (options['dryRun'] === true) return sayDisguises(choice, invocation);
    if (choice.faults.length > 0) throw unclear(choice.faults);
    return await act({pinned, effects, originals, choice, ties, extent, timeoutMs, folder, key: newKey(effects)});
  } finally {
    await closeSides(originals);
    output.detail('the databases of the plan were only read');
  }
}

/** Nobody can guess it. */
const newKey = (effects: Effects): string => `${effects.randomId()} ${effects.randomId()}`;

/** The clones stay as `act` leaves them. */
export async function withClones<T>(
  cloned: Cloned,
  standIn: StandIn,
  what: 'rehearsal' | 'trial',
  {output}: Invocation,
  act: (clones: Sides, made: MadeClone) => Promise<T>,
): Promise<T> {
  const {pinned, effects, originals, choice, ties, extent, key} = cloned;
  const clones = await openClones(standIn.plan, effects);
  try {
    await refuseRealPlaces(originals, clones);
    const note = `clone for a ${what} of ${pinned.plan.name}, begun ${effects.clock.now().toISOString()}`;
    const mapping = await mappingOf(pinned.plan);
    const named = choice.tables.map(({table: {name}}) => name);
    await cloningOf(clones.target).claim(note, schemasOf(named.map((name) => mapping.targetName(name))));
    const made = await makeClone({
      original: originals.source,
      clone: clones.source,
      tables: choice.tables,
      ties,
      extent,
      key,
      note,
      schemas: schemasOf(named),
      say: (text) => output.say(text),
    });
    return await act(clones, made);
  } finally {
    await closeSides(clones);
  }
}

export const empty = (clone: Sides['source'], after: 'rehearsal' | 'trial'): Promise<void> =>
  cloningOf(clone).claim(`emptied after a ${after}`, []);

const schemasOf = (tables: readonly TableName[]): readonly string[] => [...new Set(tables.map(({schema}) => schema))];

function extentOf(options: Invocation['options']): Extent {
  const text = textOf(options['sample']);
  if (text === undefined) return {kind: 'whole'};
  if (/^\d+$/.test(text) && Number(text) > 0) return {kind: 'sample', rows: Number(text)};
  throw new TerminalError(`--sample cannot be ${text}`, {code: 'CF-USAGE-001', next: 'give a whole number above 0'});
}

const unclear = (faults: readonly string[]): TerminalError =>
  new TerminalError(['it is not clear what becomes of these columns:', ...faults].join('\n  '), {
    code: 'CF-REHEARSE-002',
    next: 'write them under rehearsal: columns in the plan; --dry-run shows all of them',
  });

export const closeSides = async ({source, target}: Sides): Promise<void> => void (await Promise.all([source.close(), target.close()]));
