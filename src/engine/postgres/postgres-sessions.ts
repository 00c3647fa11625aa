import type {OpenOptions} from '../engine.ts';
import {Pulse} from './postgres-pulse.ts';
import {PgSession} from './postgres-session.ts';

/** Idle sessions kept for the next short use. */
const IDLE_MAX = 4;

/**
 * The sessions of one side: short uses share a few, long ones (lease, stream, apply) open their own. A session that
 * failed in use is not given out again.
 */
export class PgSessions {
  readonly options: OpenOptions;
  /** Reads that have to see every transaction older than one of ours, while they wait for that; oldest first. */
  readonly barriers = new Set<{readonly transaction: string; readonly sinceMs: number}>();
  readonly #idle: PgSession[] = [];
  readonly #all = new Set<PgSession>();
  readonly #pulse: Pulse;
  #closed = false;

  constructor(options: OpenOptions) {
    this.options = options;
    this.#pulse = new Pulse(options, this.#all, () => this.open('pulse'));
  }

  /** Notices from now on that the server says nothing, also while nobody asks it for anything. */
  keepListening(on: PgSession): void {
    this.#pulse.keeper = on;
  }

  /** A session of the caller's own; the caller closes it, or `close` does. */
  async open(label: string): Promise<PgSession> {
    this.#requireOpen();
    const session = await PgSession.open(this.options, label);
    // One that came too late would keep its process alive for good.
    if (this.#closed) await session.close();
    this.#requireOpen();
    this.#all.add(session);
    this.#pulse.start();
    void session.lost.then(() => this.#forget(session));
    return session;
  }

  /** Server process ids of the sessions of this process. */
  get pids(): readonly number[] {
    return [...this.#all].map((session) => session.serverPid);
  }

  /** Lends a session for as long as `act` runs. */
  async use<T>(act: (session: PgSession) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await this.open('work'));
    let value: T;
    try {
      value = await act(session);
    } catch (error) {
      this.#all.delete(session);
      await session.close();
      throw error;
    }
    if (this.#idle.length < IDLE_MAX && !this.#closed && this.#all.has(session)) this.#idle.push(session);
    else await session.close();
    return value;
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('the database was closed');
  }

  #forget(session: PgSession): void {
    this.#all.delete(session);
    const at = this.#idle.indexOf(session);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#pulse.stop();
    await Promise.all([...this.#all].map((session) => session.close()));
  }
}
