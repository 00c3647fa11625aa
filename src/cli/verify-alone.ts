/** `verify` without a runner: the lease, the stream, the comparison, and away again. */
import {hostname} from 'node:os';
import type {Journal, JournalFact} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {errorText, isCoded} from '../model/errors.ts';
import type {RepairedRows} from '../model/repair-cause.ts';
import {directionFrom, opposite, origin, type Direction} from '../model/side.ts';
import {other} from '../phase/stream-roles.ts';
import {reopenWindows} from '../pipeline/reopen-windows.ts';
import {takeLease} from '../runner/lease.ts';
import {Mirror} from '../runner/mirror.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import type {Invocation} from './command.ts';
import {composeRun, openSides, refOf, type RunParts} from './compose.ts';
import type {ExitCode} from './exit-codes.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {progressTelemetry} from './progress.ts';
import type {Run} from './run-choice.ts';
import {report} from './verify.ts';
import {type Asked, verifyNow} from './verify-now.ts';

type Verified = Extract<JournalFact, {type: 'verified'}>;
const NEVER = new AbortController().signal;

export const verifyAlone = async ({journal, state}: Run, asked: Asked, invocation: Invocation): Promise<ExitCode> => {
  const effects = await effectsOf(process.env);
  const pinned = await pinnedPlanOf(state);
  const migration = refOf(journal.migration, state.plan.name);
  const telemetry = progressTelemetry(invocation.output, effects.clock);
  const sides = await openSides(pinned.plan, migration, effects);
  try {
    const me = `${currentPerson().name}@${hostname()}`;
    const {epoch} = await takeLease(sides.source, sides.target, migration.id, `${me}, pid ${process.pid}, verify`);
    await Mirror.open(journal, [sides.source, sides.target], epoch);
    await journal.append({type: 'runner-started', epoch, holder: currentPerson().name, host: hostname(), pid: process.pid});
    const command = [process.execPath, process.argv[1] ?? '', 'watchdog'] as const;
    const parts = composeRun(pinned, migration, sides, epoch, effects, telemetry, command);
    const direction = directionFrom(state.openSide);
    const verified = await recordingFailure(journal, () =>
      asked.repair ? repairAlone(parts, direction, asked, journal, state) : compareAlone(parts, direction, asked, journal),
    );
    await journal.append(verified);
    await journal.append({type: 'runner-stopped', reason: 'verified'});
    await parts.context.replication.close();
    return report(verified, invocation);
  } finally {
    await telemetry.close();
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};

const compareAlone = async (
  {context, ensureStreams}: RunParts,
  direction: Direction,
  asked: Asked,
  journal: Journal,
): Promise<Verified> => {
  await ensureStreams(direction);
  await context.replication.link(direction)?.untilStrict(NEVER);
  return verifyNow(context, asked, (fact) => journal.append(fact), NEVER);
};

/**
 * Also the way out for a run that was stopped by a row that somebody else had written. What was written on the closed
 * side before the comparison is settled once both sides are equal, and is no alarm any more.
 */
const repairAlone = async (parts: RunParts, direction: Direction, asked: Asked, journal: Journal, state: RunState): Promise<Verified> => {
  const causes = stoppedBy(state);
  if (causes.length) await journal.append({type: 'repairing', causes});
  const {context} = parts;
  const [from, to] = [context[origin(direction)], context[opposite(origin(direction))]];
  const tables = (await context.mappings(direction)).map((mapping) => mapping.to);
  await reopenWindows({from, to, direction, tables, epoch: context.epoch});
  const seen = await to.source.currentPosition();
  await to.source.untilVisible(NEVER);
  const verified = await compareAlone(parts, direction, asked, journal);
  const {equal} = (verified.evidence['verification'] ?? {}) as {readonly equal?: boolean};
  const watched = other(direction);
  if (equal && (await from.target.progress(watched))) await from.target.setProgress(watched, seen, context.epoch);
  return causes.length ? {...verified, causes: [...causes, ...(verified.causes ?? [])]} : verified;
};

/**
 * The row that the stream could not pass is healed by the stream itself once it may write over what it finds, so no
 * comparison names it; it has differed all the same, and nobody knows why.
 */
const stoppedBy = ({status, lastFailure}: RunState): readonly RepairedRows[] =>
  status === 'failed' && lastFailure?.code === 'CF-APPLY-001'
    ? [{table: '(where the stream stopped)', cause: 'unknown', why: lastFailure.error, rows: 1, keys: []}]
    : [];

/** As the runner does it: the run stands where it stood, and `status` says why. */
const recordingFailure = async <T>(journal: Journal, act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    const text = errorText(error);
    await journal.append({type: 'failed', code: isCoded(error) ? error.code : undefined, error: text});
    throw error;
  }
};
