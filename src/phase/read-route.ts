/** Where the application's reads go: written into the route of both sides, beside who is open, which it leaves alone. */
import {OwnershipUnknownError} from '../model/errors.ts';
import type {DualReads, RouteRow} from '../model/route.ts';
import type {PhaseContext} from './phase.ts';

export type ReadRoute = {readonly readPercent: number; readonly dual?: DualReads};

export const SOURCE_ONLY = {readPercent: 0} as const;

/** Answers the version of the new route, under which routers report. A kill between the sides leaves the newer row, which counts. */
export const writeReadRoute = async (
  {source, target, effects}: Pick<PhaseContext, 'source' | 'target' | 'effects'>,
  reads: ReadRoute,
): Promise<number> => {
  const rows = (await Promise.all([source.control.readRoute(), target.control.readRoute()])).filter((row) => row !== undefined);
  const [newest] = rows.toSorted((a, b) => b.epoch - a.epoch || b.version - a.version);
  if (!newest) throw new Error('no side has a route yet');
  const version = Math.max(...rows.map((row) => row.version)) + 1;
  for (const {side, control} of [source, target]) {
    await effects.point('admin.command', `reads ${reads.readPercent} on the ${side}`);
    await control.writeRoute({...openRoute(newest), ...reads, versionMin: version});
  }
  return version;
};

/**
 * Whether the last share was reached already: an attempt at the cutover that came to nothing leaves the reads where they
 * are, and so does the way back. After a difference or an error they are at the source, and walk the whole way again.
 */
export const isShifted = async ({source, isResumed}: PhaseContext, steps: readonly number[]): Promise<boolean> => {
  const route = await source.control.readRoute();
  return !isResumed && route?.dual !== undefined && route.readPercent === steps.at(-1);
};

/** A hold belongs to a cutover; whoever is here has none under way. */
const openRoute = ({epoch, side, state}: RouteRow): Pick<RouteRow, 'epoch' | 'side' | 'state' | 'holdMs'> => {
  if (state === 'open') return {epoch, side, state, holdMs: undefined};
  throw new OwnershipUnknownError('the route is held although no cutover is under way', {code: 'CF-CUT-002', next: 'crossfade status'});
};

/** For `undo`: nothing is asked of the target any more, and writes leave no token. */
export const stopReads = (context: PhaseContext): Promise<void> =>
  context.reads.whileStill(async () => {
    if (await context.source.control.readRoute()) await writeReadRoute(context, SOURCE_ONLY);
  });
