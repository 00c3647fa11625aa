/**
 * `crossfade rehearse PLAN --env NAME`: on the databases of an environment, which stand for the plan's. The plan and its checksum are
 * the same. They are looked at before anything is written, and put back to where they were in the end.
 */
import {TerminalError} from '../model/errors.ts';
import type {RehearsedServer} from '../model/rehearsal-record.ts';
import type {Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import {isInPlace, type PinnedPlan} from '../plan/plan.ts';
import type {Environment} from '../plan/project-file.ts';
import {placesIn} from '../rehearsal/environment-places.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {closeSides, timeoutOf} from './clones.ts';
import type {Invocation} from './command.ts';
import type {Sides} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {refuseOtherSchema} from './environment-schema.ts';
import {type KnownOriginals, openKnown, tellApart} from './environment-servers.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {journalsFolder, withOwnJournal} from './own-journal.ts';
import {planArgument} from './plan-argument.ts';
import {askedRehearsal, writeRecord} from './rehearse-asked.ts';
import {sayEnvironment} from './rehearse-lines.ts';
import {openClones, standInAt} from './rehearse-places.ts';
import {measuredRate} from './rehearse-rate.ts';
import {rehearseThere} from './rehearse-there.ts';
import {surroundingsOf} from './surroundings.ts';
import {leftIn, takeBack, takeBackAll} from './take-back.ts';

export const rehearseIn = (environment: Environment, invocation: Invocation): Promise<ExitCode> =>
  inEnvironment(environment, invocation, async (there) => {
    const {pinned, standIn, sides, known, effects, timeoutMs, folder, servers} = there;
    const {plan} = pinned;
    const {name} = environment;
    const tables = await sides.source.catalog.tables(plan.scope);
    const compareSchema = () => refuseOtherSchema(plan, name, {database: sides.source, tables}, known.source);
    if (invocation.options['dryRun'] === true) {
      await compareSchema();
      return sayEnvironment(name, servers, standIn.leftOut, invocation);
    }
    const asked = await askedRehearsal(plan, invocation);
    const rate = await measuredRate(asked.rate, {source: known.source, tables, effects}, invocation);
    await takeBackAll(environment, there, invocation);
    await compareSchema();
    const ground = {
      ...{pinned, effects, timeoutMs, standIn, sides, tables, rate, signer: asked.signer},
      ties: await sides.source.rehearsing.ties(tables),
      extent: `the environment ${name}`,
      made: {tables: [], readable: [], leftOut: [], lookedFor: 0},
      environment: {name, servers, isAroundPlan: whole(known) !== undefined},
      surroundings: () => around(there, tables),
    };
    const carriedOut = {...pinned, plan: standIn.plan};
    await withOwnJournal({folder, effects, on: {environment: name}, keep: asked.keep}, carriedOut, invocation, async (own) => {
      await writeRecord(await rehearseThere(ground, own, invocation), asked, invocation);
      if (asked.keep) return;
      invocation.output.say(`putting ${name} back …`);
      await takeBack(own, carriedOut, there, invocation);
    });
    return EXIT.done;
  });

/** `--drop`: what an earlier one has left, and nothing more. */
export const dropFrom = (environment: Environment, invocation: Invocation): Promise<ExitCode> =>
  inEnvironment(environment, invocation, async (there) => {
    const [{name}, {output, options}] = [environment, invocation];
    const dryRun = options['dryRun'] === true;
    const rehearsals = dryRun ? (await leftIn(environment, there)).length : await takeBackAll(environment, there, invocation);
    if (output.isJson) output.document({dryRun, environment: name, rehearsals, next: []});
    else if (rehearsals === 0) output.data(`${name}: nothing to take back`);
    else output.data(dryRun ? `${name}: ${rehearsals} rehearsals would be taken back` : `${name}: as it was before the rehearsal`);
    return EXIT.done;
  });

type There = {
  readonly pinned: PinnedPlan;
  readonly standIn: StandIn;
  /** Of the environment. */
  readonly sides: Sides;
  readonly servers: Readonly<Record<Side, RehearsedServer>>;
  readonly known: KnownOriginals;
  readonly effects: Awaited<ReturnType<typeof effectsOf>>;
  readonly timeoutMs: number;
  readonly folder: string;
};

/** Shown to be none of the plan's own, before `act` does anything. */
async function inEnvironment(
  environment: Environment,
  invocation: Invocation,
  act: (there: There) => Promise<ExitCode>,
): Promise<ExitCode> {
  const pinned = await planArgument(invocation);
  if (isInPlace(pinned.plan))
    throw new TerminalError('a change in place goes forward only, and is not rehearsed', {
      code: 'CF-REHEARSE-003',
      next: 'run the plan on a copy of your own',
    });
  const standIn = standInAt(pinned.plan, placesIn(pinned.plan, environment));
  const folder = journalsFolder(invocation.global);
  const effects = await effectsOf(process.env);
  const sides = await openClones(standIn.plan, effects);
  let known: KnownOriginals = {};
  try {
    known = await openKnown(pinned.plan, effects);
    const servers = await tellApart(sides, known, environment.name);
    return await act({pinned, standIn, sides, servers, known, effects, timeoutMs: timeoutOf(invocation.options), folder});
  } finally {
    await closeSides(sides);
    for (const database of Object.values(known)) await database.close();
  }
}

/** Of the plan's own databases where both are known; else of those that stand for them, so that the gate tells in what they differ. */
async function around({pinned, sides, known}: There, tables: readonly Table[]) {
  const mapping = await mappingOf(pinned.plan);
  const own = whole(known);
  if (!own) return surroundingsOf({pinned, source: sides.source, target: sides.target, tables, mapping});
  return surroundingsOf({pinned, ...own, tables: await own.source.catalog.tables(pinned.plan.scope), mapping});
}

const whole = ({source, target}: KnownOriginals) => (source && target ? {source, target} : undefined);
