/**
 * How far a stream is behind, while a phase goes on that may take hours or days: an alert on an old figure would be
 * silent, or never stop. One mark at a time; as long as it has not come back, the lag is at least its age.
 */
import type {Link} from '../pipeline/replication.ts';
import {directionFrom, type Side} from '../model/side.ts';
import type {PhaseContext} from './phase.ts';

const MARK_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 1_000;

type Watching = Pick<PhaseContext, 'telemetry' | 'clock'>;

/** Until `signal`. */
export const watchLag = async ({telemetry, clock}: Watching, link: Pick<Link, 'lagMs'>, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const startMs = clock.monotonicMs();
    const asked = answer(link, clock, signal);
    for (let lagMs: number | undefined; lagMs === undefined && !signal.aborted; ) {
      lagMs = await Promise.race([asked, clock.sleep(LOOK_EVERY_MS, signal).then(() => undefined)]);
      if (!signal.aborted) telemetry.gauge('lagMs', lagMs ?? clock.monotonicMs() - startMs);
    }
    await clock.sleep(MARK_EVERY_MS, signal);
  }
};

/** Of a run that waits for people, who take hours: a plan need not ask its gates about the lag. What is soon over is not worth a mark. */
export const watchWaitingLag = async (
  context: Watching & {readonly replication: Pick<PhaseContext['replication'], 'link'>},
  openSide: Side,
  signal: AbortSignal,
): Promise<void> => {
  await context.clock.sleep(MARK_EVERY_MS, signal);
  const link = signal.aborted ? undefined : context.replication.link(directionFrom(openSide));
  if (link) await watchLag(context, link, signal);
};

/** A side that cannot be asked now is told by the looker; here it is asked again, and the lag grows meanwhile. */
const answer = async (link: Pick<Link, 'lagMs'>, clock: Watching['clock'], signal: AbortSignal): Promise<number | undefined> => {
  while (!signal.aborted) {
    const lagMs = await link.lagMs().catch(() => undefined);
    if (lagMs !== undefined) return lagMs;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return undefined;
};
