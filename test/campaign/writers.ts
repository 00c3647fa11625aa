/** The application of a campaign, from outside: see `writers-worker.ts`. */
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {Worker} from 'node:worker_threads';
import type {Row} from './corruption.ts';
import type {FromWriters, ToWriters, WritersData} from './writers-worker.ts';

const CLIENTS = 8;
const WARM_MS = 1_000;

export type Writers = AsyncDisposable & {
  /** Acknowledged so far. */
  readonly writes: number;
  /** A second, of all clients together; 0 for as many as there can be. */
  pace(rate: number): void;
  /** From when it resolves, nobody writes these rows until others are named. */
  leaveAlone(rows: readonly Row[]): Promise<void>;
  /** Writes a second when nothing holds the clients up. */
  sustained(ms: number): Promise<number>;
};

/** At so many writes a second. */
export async function startWriters(application: Omit<WritersData, 'clients'>, rate: number): Promise<Writers> {
  const data: WritersData = {...application, clients: CLIENTS};
  const worker = new Worker(new URL('./writers-worker.ts', import.meta.url), {workerData: data});
  let writes = 0;
  let failed: string | undefined;
  let told: (() => void) | undefined;
  worker.on('message', (message: FromWriters) => {
    if (message.type === 'count') writes = message.writes;
    if (message.type === 'failed') failed = message.error;
    if (message.type === 'left' || message.type === 'failed') told?.();
  });
  const look = (): void => {
    if (failed !== undefined) throw new Error(`a writer failed: ${failed}`);
  };
  const gone = once(worker, 'exit');
  const send = (message: ToWriters): void => worker.postMessage(message);
  const pace = (perSecond: number): void => send({type: 'rate', rate: perSecond});
  pace(rate);
  await once(worker, 'message');
  return {
    get writes() {
      look();
      return writes;
    },
    pace,
    async leaveAlone(rows) {
      look();
      await new Promise<void>((resolve) => {
        told = resolve;
        void gone.then(() => resolve());
        send({type: 'leave', rows: rows.map(({table, key}) => JSON.stringify([table, ...key]))});
      });
      look();
    },
    async sustained(ms) {
      pace(0);
      await sleep(WARM_MS);
      const [before, began] = [writes, performance.now()];
      await sleep(ms);
      return ((writes - before) * 1000) / (performance.now() - began);
    },
    async [Symbol.asyncDispose]() {
      send({type: 'stop'});
      await gone;
    },
  };
}
