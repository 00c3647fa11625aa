/** The record of a rehearsal, put together of what was measured. */
import type {Effects} from '../model/effects.ts';
import {rowsMsOf} from '../model/forecast.ts';
import type {RehearsalRecord, RehearsedEnvironment, Surroundings} from '../model/rehearsal-record.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import type {LoadAccount} from '../rehearsal/load.ts';
import type {MadeClone} from '../rehearsal/make-clone.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import {attemptsOf} from '../report/attempts.ts';
import {visitsOf} from '../report/visits.ts';
import {currentPerson} from './actor.ts';
import type {Sides} from './compose.ts';
import {sealed} from './rehearsal-file.ts';
import type {Course} from './rehearse-course.ts';
import type {Signer} from './rehearse-signer.ts';
import {sizesOf} from './surroundings.ts';

export type RecordParts = {
  readonly id: string;
  readonly around: Surroundings;
  readonly made: MadeClone;
  readonly sides: Sides;
  readonly extent: string;
  readonly environment?: RehearsedEnvironment;
  readonly standIn: StandIn;
  readonly course: Course;
  readonly account: LoadAccount;
  readonly pinned: PinnedPlan;
  readonly signer: Signer | undefined;
  readonly effects: Effects;
};

export async function recordOf(parts: RecordParts): Promise<RehearsalRecord> {
  const {id, around, made, sides, extent, environment, standIn, course, account, pinned, signer, effects} = parts;
  const visits = visitsOf(course.entries);
  const tables = await sides.source.catalog.tables(pinned.plan.scope);
  const ofTarget = await sides.target.storage?.tableSizes(tables.map(({name}) => name));
  return sealed(
    {
      schemaVersion: 1,
      id,
      madeAt: effects.clock.now().toISOString(),
      by: signer?.name ?? currentPerson().name,
      around,
      ...(environment ? {environment} : {}),
      clone: {
        versions: {source: (await sides.source.identity()).version, target: (await sides.target.identity()).version},
        extent,
        tables: sizesOf(tables).map((one) => ({...one, rows: made.tables.find(({table}) => table === one.table)?.rows ?? one.rows})),
        readable: made.readable,
        lookedFor: made.lookedFor,
        leftOut: made.leftOut.map(({object}) => object),
      },
      leftOut: standIn.leftOut,
      phases: visits.flatMap(({phase, ms, outcome, steps}) =>
        ms === null || outcome === null ? [] : [{phase, ms, outcome, rowsMs: rowsMsOf(steps, ms)}],
      ),
      switches: attemptsOf(visits).map(({direction, decided, heldMs}) => ({direction, decided, heldMs})),
      load: {...account, lost: account.lost.length},
      targetBytes: ofTarget ? ofTarget.dataBytes + ofTarget.indexBytes : null,
      keptLogBytes: course.keptLogBytes,
    },
    signer,
  );
}
