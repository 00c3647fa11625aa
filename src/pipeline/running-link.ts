import type {TableKey} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';
import type {Direction} from '../model/side.ts';
import {errorText, TransientError} from '../model/errors.ts';
import type {TouchedKeys} from '../model/stream-evidence.ts';
import type {Wait} from '../telemetry/telemetry.ts';
import {ApplyPass} from './apply-pass.ts';
import {ChangedKeys} from './changed-keys.ts';
import type {LinkOptions} from './link-options.ts';
import {runDropPass} from './drop-pass.ts';
import {LinkProgress} from './link-progress.ts';
import type {Link, LinkMode} from './replication.ts';

/** Breaks in a row without any progress before the run ends. */
const RESTARTS_MAX = 30;
const BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 3000;

/** A commit that waits for a standby is visible at once when that has answered. */
const UNSEEN_POLL_MS = 10;

/** A link at work in the background, until `stop` or until it fails. */
export class RunningLink implements Link {
  readonly mode: LinkMode;
  readonly #options: LinkOptions;
  readonly changed: ChangedKeys;
  readonly #progress: LinkProgress;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  /** Rejects when the link has failed; never resolves. */
  readonly failed: Promise<never>;

  constructor(options: LinkOptions, mode: LinkMode, from: Position) {
    this.#options = options;
    this.mode = mode;
    const tables = options.mappings.map((mapping) => mapping.to.name);
    this.changed = new ChangedKeys(tables, () => options.effects.clock.monotonicMs());
    this.#progress = new LinkProgress(options.compare, options.telemetry, this.changed);
    const passes =
      mode === 'apply'
        ? () => ApplyPass.run(options, this.#progress, this.#stop.signal)
        : () => runDropPass(options, this.#progress, from, this.#stop.signal);
    const working = this.#keepRunning(passes);
    this.#done = working.catch(() => undefined); // reported through `failed`
    this.failed = working.then(() => new Promise<never>(() => {}));
    this.failed.catch((error: unknown) => this.#progress.fail(error));
  }

  async #keepRunning(pass: () => Promise<void>): Promise<void> {
    let since: string | undefined;
    for (let breaks = 0; !this.#stop.signal.aborted; breaks++) {
      const before = this.#progress.applied;
      try {
        await pass();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (!this.#mayRestart(error)) throw error;
        if (this.#progress.applied !== before) [breaks, since] = [0, undefined];
        since ??= this.#options.effects.clock.now().toISOString();
        if (breaks >= RESTARTS_MAX) throw error;
        const reason = errorText(error);
        this.#options.telemetry.note(`${this.direction} stream broke off and is opened again: ${reason}`);
        this.#progress.broke(`${this.direction} stream`, this.#brokenOff(reason, breaks + 1, since));
        await this.#options.effects.clock.sleep(Math.min(BACKOFF_MS * 2 ** breaks, BACKOFF_MS_MAX), this.#stop.signal);
      }
    }
  }

  #brokenOff(reason: string, tries: number, since: string): Wait {
    const {side} = this.#options.from;
    return {
      cause: `the ${this.direction} stream broke off (${reason}) and is opened again, try ${tries} of ${RESTARTS_MAX}`,
      since,
      owner: `whoever runs the ${side}'s server; the stream is opened again by itself`,
      next: {command: 'crossfade doctor PLAN', why: `says whether both servers answer; after try ${RESTARTS_MAX} the run fails`},
    };
  }

  #mayRestart(error: unknown): boolean {
    return error instanceof TransientError || this.#options.isPassing(error);
  }

  get direction(): Direction {
    return this.#options.direction;
  }
  get applied(): Position | undefined {
    return this.#progress.applied;
  }
  get strict(): boolean {
    return this.#progress.strict;
  }
  get parked(): number {
    return this.#progress.parked;
  }
  set paused(paused: boolean) {
    this.#progress.paused = paused;
  }

  async remember(signal: AbortSignal): Promise<TouchedKeys> {
    const keys = this.#progress.remember();
    try {
      await this.#untilSeen(signal);
    } catch (error) {
      keys.stop();
      throw error;
    }
    return keys;
  }

  /** A transaction that was applied here may still be invisible there, and then it is no difference (R11). */
  async #untilSeen(signal: AbortSignal): Promise<void> {
    const {delivered} = this.#progress;
    const [{clock}, key] = [this.#options.effects, `${this.direction} comparison`];
    const since = clock.now().toISOString();
    let unseen = await this.#options.from.source.unseen(delivered);
    try {
      for (; unseen.size > 0; unseen = await this.#options.from.source.unseen(unseen)) {
        this.#options.telemetry.wait(key, this.#invisible(unseen.size, since));
        await clock.sleep(UNSEEN_POLL_MS, signal);
      }
    } finally {
      this.#options.telemetry.wait(key, undefined);
    }
    this.#progress.seen(delivered);
  }

  #invisible(transactions: number, since: string): Wait {
    const {side} = this.#options.from;
    return {
      cause: `${transactions} commits on ${side} that no read shows yet, and nothing can be compared before that`,
      since,
      owner: `whoever runs the ${side}'s synchronous standby`,
      next: {
        command: 'SELECT application_name, sync_state, flush_lag FROM pg_stat_replication',
        why: `on ${side}: says which standby withholds its acknowledgements`,
      },
    };
  }

  /** An idle sending side says nothing by itself, so a mark is sent after the position that is asked for. */
  async reached(position: Position, signal: AbortSignal): Promise<void> {
    if (this.applied && this.#options.compare(this.applied, position) >= 0) return;
    const waiting = this.#progress.untilReached(position, signal);
    waiting.catch(() => undefined); // awaited below, unless the mark fails first
    await this.#options.from.source.mark('reach');
    await waiting;
  }

  async lagMs(): Promise<number> {
    const {clock, randomId} = this.#options.effects;
    const content = `lag ${randomId()}`;
    const start = clock.monotonicMs();
    const seen = this.untilMark(content, this.#stop.signal);
    seen.catch(() => undefined); // awaited below, unless the mark fails first
    await this.#options.from.source.mark(content);
    await seen;
    return Math.round(clock.monotonicMs() - start);
  }

  async untilStrict(signal: AbortSignal): Promise<void> {
    while (!this.strict) await this.reached(await this.#options.from.source.mark('strict'), signal);
  }

  async readAgain(keys: readonly TableKey[], signal: AbortSignal): Promise<void> {
    if (!keys.length) return;
    this.#progress.ask(keys);
    const {source} = this.#options.from;
    await this.reached(await source.mark('repair'), signal); // the pass looks for what was asked after this
    await this.reached(await source.mark('repaired'), signal);
    await this.untilStrict(signal);
  }

  untilMark(content: string, signal: AbortSignal): Promise<Position> {
    return this.#progress.untilMark(content, signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#progress.fail(new Error(`the ${this.direction} stream was stopped`));
    await this.#done;
  }
}
