/** A rehearsal where it goes, on clones or in an environment: the plan under its load, and the record of it. */
import type {Ties} from '../engine/engine.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {RehearsalRecord, RehearsedEnvironment, Surroundings} from '../model/rehearsal-record.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {PinnedPlan} from '../plan/plan.ts';
import {Load, type LoadRate, type RehearsalLoad} from '../rehearsal/load.ts';
import {mapped, straight} from '../rehearsal/load-side.ts';
import {type MadeClone, replayingOf} from '../rehearsal/make-clone.ts';
import type {Recording} from '../rehearsal/recording.ts';
import {Replay} from '../rehearsal/replay.ts';
import type {StandIn} from '../rehearsal/stand-in.ts';
import type {Invocation} from './command.ts';
import type {Sides} from './compose.ts';
import {mappedTables} from './compose-mapping.ts';
import type {OwnJournal} from './own-journal.ts';
import {goThere} from './rehearse-course.ts';
import {recordOf} from './rehearse-record.ts';
import {writeRehearsalReport} from './rehearse-report.ts';
import type {Signer} from './rehearse-signer.ts';

export type Ground = {
  readonly pinned: PinnedPlan;
  readonly effects: Effects;
  readonly timeoutMs: number;
  readonly standIn: StandIn;
  /** Of the stand-in. */
  readonly sides: Sides;
  readonly tables: readonly Table[];
  readonly ties: Ties;
  readonly rate: LoadRate;
  /** Played instead of writes that are made up. */
  readonly recording?: Recording | undefined;
  readonly signer: Signer | undefined;
  /** What it goes on, in words. */
  readonly extent: string;
  /** Nothing where no clone was made. */
  readonly made: MadeClone;
  readonly environment?: RehearsedEnvironment;
  readonly surroundings: () => Promise<Surroundings>;
};

export async function rehearseThere(ground: Ground, own: OwnJournal, invocation: Invocation): Promise<RehearsalRecord> {
  const {output, global} = invocation;
  const load = loadOn(ground);
  const course = await load.during(() => goThere({...ground, ...own, load, output, global}));
  const account = await load.account();
  const around = await ground.surroundings();
  if (account.lost.length > 0) throw lost(account.lost);
  const record = await recordOf({...ground, id: own.id, around, course, account});
  await writeRehearsalReport(own, record, invocation);
  return record;
}

/** Tables that the plan maps are not written: what is a value of theirs on one side may be none on the other. */
function loadOn({tables, ties, effects, standIn, sides, rate, recording}: Ground): RehearsalLoad {
  const byPlan = new Set((standIn.plan.mapping ?? []).map(({from}) => nameOf(from)));
  const request = {
    tables: tables.filter(({name}) => !byPlan.has(nameOf(name))),
    ties,
    clock: effects.clock,
  };
  const {source, target} = sides;
  if (recording) return new Replay({...request, sides: {source: replayingOf(source), target: replayingOf(target)}, recording});
  const {mappings} = mappedTables(standIn.plan, source, target);
  return new Load({
    ...request,
    sides: {source: straight(source.rehearsing), target: mapped(target.rehearsing, () => mappings('forward'))},
    rate,
  });
}

const lost = (rows: readonly string[]): TerminalError =>
  new TerminalError(`acknowledged writes of the load are not there: ${rows.slice(0, 5).join('; ')}`, {
    code: 'CF-REHEARSE-005',
    next: 'do not run this plan; keep the databases that it went on (they are as the run left them) and report it',
  });
