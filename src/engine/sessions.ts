/**
 * The sessions of one side, of any engine: short uses share a few, long ones (lease, stream, apply) open their own. A
 * session that failed in use is not given out again.
 */
import type {OpenOptions} from './engine.ts';
import type {Heard, Pulse} from './pulse.ts';

/** Idle sessions kept for the next short use. */
const IDLE_MAX = 4;

export type SideSession = Heard & {
  /** The server's number of it. */
  readonly serverPid: number;
  /** Resolves with the reason when the connection ends without `close`. */
  readonly lost: Promise<Error>;
  close(): Promise<void>;
};

export abstract class Sessions<S extends SideSession> {
  readonly options: OpenOptions;
  protected readonly all = new Set<S>();
  readonly #idle: S[] = [];
  #closed = false;

  constructor(options: OpenOptions) {
    this.options = options;
  }

  protected abstract connect(label: string, pipelined: boolean): Promise<S>;
  protected abstract readonly pulse: Pulse<S>;

  /** Notices from now on that the server says nothing, also while nobody asks it for anything. */
  keepListening(on: S): void {
    this.pulse.keeper = on;
  }

  /** A session of the caller's own; the caller closes it, or `close` does. `pipelined`: for statements that wait for no answer, not for COPY; where the engine has that. */
  async open(label: string, {pipelined} = {pipelined: false}): Promise<S> {
    this.#requireOpen();
    const session = await this.connect(label, pipelined);
    // One that came too late would keep its process alive for good.
    if (this.#closed) await session.close();
    this.#requireOpen();
    this.all.add(session);
    this.pulse.start();
    void session.lost.then(() => this.#forget(session));
    return session;
  }

  /** The server's numbers of the sessions of this process. */
  get pids(): readonly number[] {
    return [...this.all].map((session) => session.serverPid);
  }

  /** Lends a session for as long as `act` runs. */
  async use<T>(act: (session: S) => Promise<T>): Promise<T> {
    const session = this.#idle.pop() ?? (await this.open('work'));
    let value: T;
    try {
      value = await act(session);
    } catch (error) {
      this.all.delete(session);
      await session.close();
      throw error;
    }
    if (this.#idle.length < IDLE_MAX && !this.#closed && this.all.has(session)) this.#idle.push(session);
    else await session.close();
    return value;
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('the database was closed');
  }

  #forget(session: S): void {
    this.all.delete(session);
    const at = this.#idle.indexOf(session);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.pulse.stop();
    await Promise.all([...this.all].map((session) => session.close()));
  }
}
