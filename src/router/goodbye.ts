import type pg from 'pg';
import {after} from './clock.ts';

/** A server that answers at all answers a goodbye at once. */
export const GOODBYE_MS_MAX = 1000;

/** Ends a connection; where the server does not answer, by cutting it, so that the socket does not keep the process. */
export async function goodbye(client: pg.Client): Promise<void> {
  const cancel = after(GOODBYE_MS_MAX, () => cut(client));
  try {
    await client.end();
  } finally {
    cancel();
  }
}

export const cut = (client: pg.Client | pg.PoolClient): void =>
  (client as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
