/** The most rows that a source writes in a second, by the counts of its server, in the time in which somebody looks. Earlier peaks are unknown. */
import type {Clock} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';

/** What the rate of a load rests on. */
export type MeasuredPeak = {readonly rowsPerSecond: number; readonly measuredMs: number};

/** Sessions tell the server what they have written once a second at most: shorter looks would take that for peaks. */
const LOOK_MS = 5000;

/** `written`: rows so far, from any beginning. */
export async function measurePeak(written: () => Promise<number>, measureMs: number, clock: Clock): Promise<MeasuredPeak> {
  const looks = Math.max(1, Math.round(measureMs / LOOK_MS));
  const beganMs = clock.monotonicMs();
  let [before, beforeMs, rowsPerSecond] = [await written(), beganMs, 0];
  for (let look = 0; look < looks; look++) {
    await clock.sleep(measureMs / looks);
    const [now, nowMs] = [await written(), clock.monotonicMs()];
    if (now < before) throw unmeasured('its counts were set back meanwhile');
    rowsPerSecond = Math.max(rowsPerSecond, ((now - before) * 1000) / (nowMs - beforeMs));
    [before, beforeMs] = [now, nowMs];
  }
  if (rowsPerSecond === 0) throw unmeasured('nothing was written meanwhile');
  return {rowsPerSecond, measuredMs: Math.round(beforeMs - beganMs)};
}

const unmeasured = (why: string): TerminalError =>
  new TerminalError(`the peak of the source could not be measured: ${why}`, {
    code: 'CF-REHEARSE-007',
    next: 'measure when the source is busy, longer with --measure, or give the writes a second themselves: --rate 20',
  });
