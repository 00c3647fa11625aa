/** What a run gets done a second, over the last few seconds. */
import type {GaugeName, LiveReport} from './telemetry.ts';

export type Rates = {
  /** Rows that the copy brings; absent where none came. */
  readonly rowsPerSecond?: number;
  /** Changes of the stream that are applied. */
  readonly changesPerSecond?: number;
};

type Moment = Pick<LiveReport, 'elapsedMs' | 'gauges'>;

/** A chunk tells its rows when it is done, so a shorter time would say nothing and everything in turn. */
const WINDOW_MS = 10_000;

export class RateWindow {
  #moments: readonly Moment[] = [];

  /** Answers the rates up to that moment. Called about once a second. */
  at(moment: Moment): Rates {
    const from = this.#moments.findLastIndex(({elapsedMs}) => elapsedMs <= moment.elapsedMs - WINDOW_MS);
    this.#moments = [...this.#moments.slice(Math.max(0, from)), moment];
    const [first] = this.#moments;
    const [rows, changes] = (['rowsCopied', 'changesApplied'] as const).map((name) => perSecond(name, first, moment));
    return {...(rows ? {rowsPerSecond: rows} : {}), ...(changes ? {changesPerSecond: changes} : {})};
  }
}

/** A number that was not there at the beginning has begun at nothing. */
const perSecond = (name: GaugeName, first: Moment | undefined, last: Moment): number => {
  const [before = 0, now = 0] = [first?.gauges[name], last.gauges[name]];
  const ms = last.elapsedMs - (first?.elapsedMs ?? last.elapsedMs);
  return ms > 0 && now > before ? Math.round(((now - before) / ms) * 1000) : 0;
};
