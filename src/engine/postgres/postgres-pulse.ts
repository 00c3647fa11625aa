/**
 * Notices a server that has become silent, or an answer that was lost on its way. TCP does not: it sends again for a
 * quarter of an hour, and something in the middle may answer for a server that is gone. A statement may take long; so the
 * server is asked, on another connection, whether it is still at it, and only silence about that is silence.
 */
import {TransientError} from '../../model/errors.ts';
import {within} from '../../model/time-limit.ts';
import type {OpenOptions} from '../engine.ts';
import type {PgSession, Waiting} from './postgres-session.ts';

/** Between two looks; statements that take less are not asked about. */
const LOOK_MS = 5_000;
/** Of waiting in vain, a look each: time that this process stood still itself counts for one of them. */
const SILENT_LOOKS = 4;

/**
 * What the server does for the sessions. For an idle one it has done what it was asked, so the answer is on the way; in a
 * COPY it may wait to be rid of rows, or for rows: of those it tells how many bytes it has got.
 */
const ACTIVITY = `
  SELECT pid::text AS pid, coalesce(a.state, '') AS state, coalesce(a.wait_event, '') AS wait, coalesce(c.bytes_processed, 0)::text AS got
  FROM pg_stat_activity a LEFT JOIN pg_stat_progress_copy c USING (pid) WHERE pid = ANY($1::int[])`;

type Activity = {readonly isIdle: boolean; readonly wait: string; readonly got: string};

/** A session that may wait in vain: for which statement, and how far what it waits for has come. */
type Suspicion = {readonly waiting: Waiting; readonly progress: string};

export class Pulse {
  /** Asked at every look, also while nothing waits; the session that holds the lock. */
  keeper: PgSession | undefined;
  readonly #options: OpenOptions;
  readonly #all: ReadonlySet<PgSession>;
  readonly #open: () => Promise<PgSession>;
  readonly #stop = new AbortController();
  #own: PgSession | undefined;
  #suspects = new Map<PgSession, Suspicion>();
  #failures = 0;
  #isRunning = false;

  /** `all`: the side's sessions, as they come and go. */
  constructor(options: OpenOptions, all: ReadonlySet<PgSession>, open: () => Promise<PgSession>) {
    this.#options = options;
    this.#all = all;
    this.#open = open;
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
    const activities = await this.#ask(waiting);
    if (activities === 'silent')
      this.#breakOff(this.#all, `the ${this.#options.side} has said nothing for ${(LOOK_MS * SILENT_LOOKS) / 1000} s`);
    else if (activities) this.#judge(waiting, activities);
  }

  /** By server process; undefined when the server answered, but not that. */
  async #ask(waiting: readonly PgSession[]): Promise<Activities | 'silent' | undefined> {
    const asked = this.#activities(waiting);
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
      if (this.#stop.signal.aborted || isAnswer(error)) return undefined;
      return ++this.#failures < SILENT_LOOKS ? undefined : 'silent';
    }
  }

  async #activities(waiting: readonly PgSession[]): Promise<Activities | undefined> {
    const asker = await this.#asker();
    const pids = [...waiting, asker].map(({serverPid}) => serverPid);
    const {rows} = await asker.query(ACTIVITY, [`{${pids.join(',')}}`], 'pulse');
    const all = new Map(
      rows.map(({pid, state, wait, got}) => [Number(pid), {isIdle: state?.startsWith('idle') === true, wait: wait ?? '', got: got ?? ''}]),
    );
    // It is busy with this very question; where it does not know that, the numbers are not its own but a pooler's.
    return all.get(asker.serverPid)?.isIdle === false ? all : undefined;
  }

  async #asker(): Promise<PgSession> {
    if (this.keeper && this.#all.has(this.keeper) && !this.keeper.waiting) return this.keeper;
    if (!this.#own || !this.#all.has(this.#own)) this.#own = await this.#open();
    return this.#own;
  }

  /** Between the two questions the answer may have come, or some of it; twice about the same is enough. */
  #judge(waiting: readonly PgSession[], activities: Activities): void {
    const suspects = new Map(waiting.flatMap((session) => suspicionOf(session, activities.get(session.serverPid)) ?? []));
    const lost = [...suspects].filter(([session, {waiting: statement, progress}]) => {
      const before = this.#suspects.get(session);
      return before?.waiting === statement && before.progress === progress;
    });
    this.#suspects = suspects;
    this.#breakOff(
      lost.map(([session]) => session),
      `an answer of the ${this.#options.side} was lost on its way`,
    );
  }

  #breakOff(sessions: Iterable<PgSession>, what: string): void {
    this.#failures = 0;
    for (const session of [...sessions])
      session.destroy(new TransientError(`${what} (${session.label})`, {code: 'CF-CONN-004', next: 'crossfade resume'}));
  }
}

type Activities = ReadonlyMap<number, Activity>;

/** Undefined while the server is at work, or while it waits for us with reason. */
const suspicionOf = (session: PgSession, activity: Activity | undefined): readonly [readonly [PgSession, Suspicion]] | undefined => {
  const {waiting} = session;
  if (!waiting || waiting.isUnread()) return undefined;
  if (!activity || activity.isIdle || activity.wait === 'ClientWrite') return [[session, {waiting, progress: `${session.bytesRead}`}]];
  return activity.wait === 'ClientRead' && waiting.isUnderWay() ? [[session, {waiting, progress: activity.got}]] : undefined;
};

/** The server's own word: be it a refusal, it is not silent. */
const isAnswer = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && ('severity' in error || ('cause' in error && isAnswer(error.cause)));
