/** One direction of a connection through the fault proxy: a queue between two sockets, and what becomes of it. */
import type {Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import type {Direction, Fault} from './fault-proxy.ts';

export type WayFaults = {
  /** Called with what has come, before anything befalls it. */
  arrived(direction: Direction, bytes: Buffer): void;
  faultOf(direction: Direction): Fault | undefined;
  mayPass(direction: Direction, bytes: Buffer): boolean;
};

type Item = {readonly what: Buffer | 'end' | 'broken'; readonly atMs: number};

/** Read ahead, as the buffers of two kernels would hold it. */
const QUEUE_MAX = 64;

export class Way {
  readonly #direction: Direction;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #faults: WayFaults;
  readonly #queue: Item[] = [];
  #wake: () => void = () => undefined;

  constructor(direction: Direction, from: Socket, to: Socket, faults: WayFaults) {
    this.#direction = direction;
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    from.on('data', (bytes: Buffer) => {
      faults.arrived(direction, bytes);
      this.#take(bytes);
    });
    from.on('end', () => this.#take('end'));
    from.on('error', () => this.#take('broken'));
    to.on('close', () => this.wake());
    void this.#carry();
  }

  /** A fault has come or gone, or a socket has. */
  wake(): void {
    this.#wake();
  }

  #take(what: Item['what']): void {
    this.#queue.push({what, atMs: performance.now()});
    if (this.#queue.length >= QUEUE_MAX) this.#from.pause();
    this.wake();
  }

  async #carry(): Promise<void> {
    while (!this.#to.destroyed) {
      const item = this.#faults.faultOf(this.#direction)?.kind === 'silent' ? undefined : this.#queue.shift();
      if (!item) await new Promise<void>((resolve) => (this.#wake = resolve));
      else {
        if (this.#from.isPaused()) this.#from.resume();
        await this.#deliver(item);
      }
    }
  }

  async #deliver({what, atMs}: Item): Promise<void> {
    if (what === 'end') return void this.#to.end();
    if (what === 'broken') return void this.#to.resetAndDestroy();
    const fault = this.#faults.faultOf(this.#direction);
    if (fault?.kind === 'latency') await pass(atMs + fault.ms + Math.random() * (fault.jitterMs ?? 0) - performance.now());
    for (const piece of piecesOf(what, fault)) {
      if (fault?.kind === 'slow') await pass((piece.length / fault.bytesPerSecond) * 1000);
      if (!this.#faults.mayPass(this.#direction, piece)) return;
      await this.#write(piece);
    }
  }

  /** Resolves when the kernel has it, so that a slow reader is felt by the writer. */
  async #write(piece: Buffer): Promise<void> {
    if (this.#to.destroyed) return;
    await new Promise((resolve) => this.#to.write(piece, resolve));
  }
}

/** Of what comes at once, how much goes byte by byte: enough for any message but rows in bulk. */
const SLICED_BYTES = 512;
/** Of the rest: a prime, so that messages of any length are cut at different places. */
const SLICE_BYTES = 61;

function piecesOf(bytes: Buffer, fault: Fault | undefined): Buffer[] {
  if (fault?.kind === 'slices') return [...cut(bytes.subarray(0, SLICED_BYTES), 1), ...cut(bytes.subarray(SLICED_BYTES), SLICE_BYTES)];
  // A tenth of a second's worth of a slow way.
  if (fault?.kind === 'slow') return cut(bytes, Math.max(1, Math.ceil(fault.bytesPerSecond / 10)));
  return [bytes];
}

const cut = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({length: Math.ceil(bytes.length / size)}, (_, i) => bytes.subarray(i * size, (i + 1) * size));

const pass = (ms: number): Promise<void> => (ms > 0 ? sleep(ms) : Promise.resolve());
