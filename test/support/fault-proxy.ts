/**
 * A TCP proxy whose way can be made slow, silent, or broken while it is in use. Bytes that meet with silence are kept
 * and go on when it is over, as TCP would send them again; until then neither end learns that the other has gone.
 */
import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {Way, type WayFaults} from './fault-way.ts';

/** `there`: from the client to the server. */
export type Direction = 'there' | 'back';

export type Fault =
  | {readonly kind: 'latency'; readonly ms: number; readonly jitterMs?: number}
  | {readonly kind: 'slow'; readonly bytesPerSecond: number}
  /** Byte by byte, each in a packet of its own; rows in bulk in small pieces. */
  | {readonly kind: 'slices'}
  /** Half-open: nothing passes, and nobody is told. */
  | {readonly kind: 'silent'; readonly ways?: readonly Direction[]}
  /** Every connection is reset, those that exist and those that come. */
  | {readonly kind: 'reset'}
  /** Once: the first request with these bytes arrives, and its connection is reset when the answer comes back. */
  | {readonly kind: 'cut'; readonly after: string};

export type FaultProxy = AsyncDisposable & {
  /** The same address by way of the proxy. */
  through(url: string): string;
  /** Takes the place of the fault before; undefined: the way is clear. */
  set(fault: Fault | undefined): void;
  /** How many requests were cut off from their answer so far. */
  readonly cuts: number;
  /** Connections at this moment, without those that are spared. */
  readonly connections: number;
};

/** Where it leads, and whom it strikes, by a connection's first bytes; the others come as if from elsewhere. */
export type FaultProxyOptions = {readonly port: number; readonly strikes?: (first: string) => boolean};

export async function openFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new Proxy(options);
  await proxy.listen();
  return proxy;
}

class Proxy implements FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #fault: Fault | undefined;
  #cuts = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#server = createServer({allowHalfOpen: true, noDelay: true}, (client) => this.#accept(client));
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  through(url: string): string {
    const address = new URL(url);
    address.hostname = '127.0.0.1';
    address.port = String((this.#server.address() as AddressInfo).port);
    return address.href;
  }

  set(fault: Fault | undefined): void {
    this.#fault = fault;
    if (fault?.kind === 'reset') for (const pair of this.#pairs) if (!pair.isSpared) pair.reset();
    for (const pair of this.#pairs) pair.wake();
  }

  get cuts(): number {
    return this.#cuts;
  }

  get connections(): number {
    return [...this.#pairs].filter(({isSpared}) => !isSpared).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs) pair.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    const {port, strikes = () => true} = this.#options;
    const pair = new Pair(client, connect({host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true}), {
      fault: () => this.#fault,
      isSpared: (first) => !strikes(first.toString('latin1')),
      onCut: () => {
        this.#cuts += 1;
        if (this.#fault?.kind === 'cut') this.#fault = undefined;
      },
    });
    this.#pairs.add(pair);
    void pair.closed.then(() => this.#pairs.delete(pair));
  }
}

type PairOptions = {
  fault(): Fault | undefined;
  isSpared(first: Buffer): boolean;
  onCut(): void;
};

/** One connection of a client, and its continuation to the server. */
class Pair implements WayFaults {
  isSpared = false;
  readonly closed: Promise<unknown>;
  readonly #sockets: readonly [Socket, Socket];
  readonly #ways: readonly Way[];
  readonly #options: PairOptions;
  #isFirst = true;
  /** The request has passed that is to be cut off from its answer. */
  #isDoomed = false;
  /** The end of what went there before, for bytes that come in two pieces. */
  #tail = '';

  constructor(client: Socket, server: Socket, options: PairOptions) {
    this.#options = options;
    this.#sockets = [client, server];
    this.closed = Promise.all(this.#sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    this.#ways = [new Way('there', client, server, this), new Way('back', server, client, this)];
  }

  faultOf(direction: Direction): Fault | undefined {
    // A server of MySQL speaks first, when nobody knows yet whether this client is to be struck.
    const isGreeting = direction === 'back' && this.#isFirst;
    const fault = this.isSpared || isGreeting ? undefined : this.#options.fault();
    return fault?.kind === 'silent' && fault.ways?.includes(direction) === false ? undefined : fault;
  }

  /** Whom it strikes is known before it strikes: one that is spared may come while nothing passes, or in slices. */
  arrived(direction: Direction, bytes: Buffer): void {
    if (direction === 'there' && this.#isFirst) this.isSpared = this.#options.isSpared(bytes);
    if (direction === 'there') this.#isFirst = false;
  }

  /** False: it does not arrive any more. */
  mayPass(direction: Direction, bytes: Buffer): boolean {
    if (direction === 'there') this.#look(bytes);
    if (this.faultOf(direction)?.kind !== 'reset' && !(direction === 'back' && this.#isDoomed)) return true;
    if (this.#isDoomed) this.#options.onCut();
    this.reset();
    return false;
  }

  reset(): void {
    for (const socket of this.#sockets) if (!socket.destroyed) socket.resetAndDestroy();
    this.wake();
  }

  wake(): void {
    for (const way of this.#ways) way.wake();
  }

  #look(bytes: Buffer): void {
    const fault = this.faultOf('there');
    if (fault?.kind !== 'cut') return;
    const text = this.#tail + bytes.toString('latin1');
    this.#isDoomed ||= text.includes(fault.after);
    this.#tail = fault.after.length > 1 ? text.slice(1 - fault.after.length) : '';
  }
}
