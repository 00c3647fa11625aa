/**
 * Notices a server that has become silent, or an answer that was lost on its way. TCP does not: it sends again for a
 * quarter of an hour, and something in the middle may answer for a server that is gone. A statement may take long; so the
 * server is asked, on another connection, whether it is still at it, and only silence about that is silence.
 */
import {TransientError} from '../model/errors.ts';
import {within} from '../model/time-limit.ts';
import type {OpenOptions} from './engine.ts';

/** Between two looks; statements that take less are not asked about. */
const LOOK_MS = 5_000;
/** Of waiting in vain, a look each: time that this process stood still itself counts for one of them. */
const SILENT_LOOKS = 4;

/** A session as far as it is listened to. */
export type Heard = {
  readonly label: string;
  /** The statement that has no answer yet; another object for every statement. */
  readonly waiting: {readonly sinceMs: number} | undefined;
  destroy(reason: Error): void;
};

/** How one engine is listened to. */
export type Listening<S extends Heard> = {
  /** A session for nothing else. */
  open(): Promise<S>;
  /**
   * Of those that wait, the ones that may wait in vain, each with how far what it waits for has come. Undefined when the
   * server answered, but not that.
   */
  suspects(asker: S, waiting: readonly S[]): Promise<Suspects<S> | undefined>;
  /** The server's own word: be it a refusal, it is not silent. */
  isAnswer(error: unknown): boolean;
};

export type Suspects<S> = ReadonlyMap<S, string>;

type Suspicion = {readonly waiting: Heard['waiting']; readonly progress: string};

export class Pulse<S extends Heard> {
  /** Asked at every look, also while nothing waits; the session that holds the lock. */
  keeper: S | undefined;
  readonly #options: Pick<OpenOptions, 'effects' | 'side'>;
  readonly #all: ReadonlySet<S>;
  readonly #listening: Listening<S>;
  readonly #stop = new AbortController();
  #own: S | undefined;
  #suspects = new Map<S, Suspicion>();
  #failures = 0;
  #isRunning = false;

  /** `all`: the side's sessions, as they come and go. */
  constructor(options: Pick<OpenOptions, 'effects' | 'side'>, all: ReadonlySet<S>, listening: Listening<S>) {
    this.#options = options;
    this.#all = all;
    this.#listening = listening;
  }

  /** Runs until there is no session any more, or until `stop`. */
  start(): void {
    if (!this.#isRunning) void this.#run();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const {clock} = this.#options.effects;
    while (this.#all.size > 0 && !this.#stop.signal.aborted) {
      await clock.sleep(LOOK_MS, this.#stop.signal);
      if (!this.#stop.signal.aborted) await this.#look();
    }
    this.#isRunning = false;
  }

  async #look(): Promise<void> {
    const nowMs = this.#options.effects.clock.monotonicMs();
    const waiting = [...this.#all].filter(
      (session) => session !== this.#own && session.waiting && nowMs - session.waiting.sinceMs >= LOOK_MS,
    );
    if (!waiting.length && !(this.keeper && this.#all.has(this.keeper))) return;
    const suspects = await this.#ask(waiting);
    if (suspects === 'silent')
      this.#breakOff(this.#all, `the ${this.#options.side} has said nothing for ${(LOOK_MS * SILENT_LOOKS) / 1000} s`);
    else if (suspects) this.#judge(suspects);
  }

  async #ask(waiting: readonly S[]): Promise<Suspects<S> | 'silent' | undefined> {
    const asked = this.#asker().then((asker) => this.#listening.suspects(asker, waiting));
    try {
      for (let looks = 0; looks < SILENT_LOOKS; looks++) {
        const answer = await within(this.#options.effects.clock, LOOK_MS, asked);
        if (this.#stop.signal.aborted) return undefined;
        if (answer !== 'late') {
          this.#failures = 0;
          return answer;
        }
      }
      return 'silent';
    } catch (error) {
      if (this.#stop.signal.aborted || this.#listening.isAnswer(error)) return undefined;
      return ++this.#failures < SILENT_LOOKS ? undefined : 'silent';
    }
  }

  async #asker(): Promise<S> {
    if (this.keeper && this.#all.has(this.keeper) && !this.keeper.waiting) return this.keeper;
    if (!this.#own || !this.#all.has(this.#own)) this.#own = await this.#listening.open();
    return this.#own;
  }

  /** Between the two questions the answer may have come, or some of it; twice about the same is enough. */
  #judge(found: Suspects<S>): void {
    const suspects = new Map([...found].map(([session, progress]) => [session, {waiting: session.waiting, progress}]));
    const lost = [...suspects].filter(([session, {waiting, progress}]) => {
      const before = this.#suspects.get(session);
      return waiting !== undefined && before?.waiting === waiting && before.progress === progress;
    });
    this.#suspects = suspects;
    this.#breakOff(
      lost.map(([session]) => session),
      `an answer of the ${this.#options.side} was lost on its way`,
    );
  }

  #breakOff(sessions: Iterable<S>, what: string): void {
    this.#failures = 0;
    for (const session of [...sessions])
      session.destroy(new TransientError(`${what} (${session.label})`, {code: 'CF-CONN-004', next: 'crossfade resume'}));
  }
}
