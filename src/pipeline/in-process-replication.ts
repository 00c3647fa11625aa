import type {Database, Engine} from '../engine/engine.ts';
import type {Direction, Side} from '../model/side.ts';
import {origin} from '../model/side.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {LinkOptions} from './link-options.ts';
import type {Link, LinkMode, Replication} from './replication.ts';
import {RunningLink} from './running-link.ts';

type Shared = Pick<LinkOptions, 'telemetry' | 'effects'> & {
  /** Rows that the source cannot hold are left out of the way back. */
  readonly parks?: boolean;
  readonly source: Database;
  readonly target: Database;
  readonly engines: Readonly<Record<Side, Pick<Engine, 'comparePositions' | 'isPassing'>>>;
};

/** The links of one run, both in this process. */
export class InProcessReplication implements Replication {
  readonly #shared: Shared;
  readonly #links = new Map<Direction, RunningLink>();
  #isClosed = false;
  #fail: (error: unknown) => void = () => {};
  readonly failed: Promise<never>;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.failed = new Promise<never>((_, reject) => (this.#fail = reject));
    this.failed.catch(() => undefined); // raced by the runner; a link may fail before it looks
  }

  async ensure(direction: Direction, mode: LinkMode, mappings: readonly TableMapping[], epoch: number): Promise<Link> {
    const running = this.#links.get(direction);
    if (running?.mode === mode) return running;
    await this.stop(direction);
    const [from, to] =
      origin(direction) === 'source' ? [this.#shared.source, this.#shared.target] : [this.#shared.target, this.#shared.source];
    const {engines, telemetry, effects, parks = false} = this.#shared;
    const options: LinkOptions = {
      from,
      to,
      telemetry,
      effects,
      direction,
      mappings,
      epoch,
      parks: parks && direction === 'reverse',
      compare: engines[origin(direction)].comparePositions,
      isPassing: (error) => engines.source.isPassing(error) || engines.target.isPassing(error),
    };
    const start =
      (await to.target.progress(direction))?.position ??
      (await from.source.createStream(
        direction,
        mappings.map((mapping) => mapping.from),
        new AbortController().signal,
      ));
    // A phase may still be on its way here when the run has failed: nobody would stop this link any more.
    if (this.#isClosed) throw new Error(`the ${direction} stream was asked for after the end of the run`);
    const link = new RunningLink(options, mode, start);
    link.failed.catch((error: unknown) => this.#fail(error));
    this.#links.set(direction, link);
    return link;
  }

  link(direction: Direction): Link | undefined {
    return this.#links.get(direction);
  }

  async stop(direction: Direction): Promise<void> {
    const link = this.#links.get(direction);
    this.#links.delete(direction);
    await link?.stop();
  }

  pause(isPaused: boolean): void {
    for (const link of this.#links.values()) link.paused = isPaused;
  }

  /** For good: no link begins after it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.stop('forward'), this.stop('reverse')]);
  }
}
