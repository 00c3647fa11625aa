import type pg from 'pg';
import {endOrCut} from './goodbye.ts';

/** Ends a connection, by cutting it where the server does not answer. */
export const goodbye = (client: pg.Client): Promise<void> => endOrCut(client.end(), () => cut(client));

export const cut = (client: pg.Client | pg.PoolClient): void =>
  (client as unknown as {connection: {stream: {destroy(): void}}}).connection.stream.destroy();
