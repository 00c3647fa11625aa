/** When a throttle of the plan has stopped the work, as hooks hear of it: each stop once, and not every one of a throttle that comes and goes. */

/** As the runner last saw it. */
export type Stopped = {
  readonly throttle: string;
  /** Number against limit. */
  readonly words: string;
  /** RFC 3339 UTC. */
  readonly since: string;
};

/** A load around its limit would tell somebody every few seconds. */
const QUIET_MS = 300_000;

export class StoppedNews {
  readonly #told = new Map<string, {readonly since: string; readonly atMs: number}>();

  /** What is to be told now; it counts as told. */
  of(stopped: readonly Stopped[], nowMs: number): readonly Stopped[] {
    const news = stopped.filter(({throttle, since}) => {
      const last = this.#told.get(throttle);
      return last === undefined || (last.since !== since && nowMs - last.atMs >= QUIET_MS);
    });
    for (const {throttle, since} of news) this.#told.set(throttle, {since, atMs: nowMs});
    return news;
  }
}
