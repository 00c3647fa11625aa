/** A server for changes in place: a database that is filled once, and a copy of it for each of them. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {startEmbeddedServer} from '../examples/demo/embedded-servers.ts';
import {CASES, type Case, SCHEMA} from './change-cases.ts';
import {databaseUrl, sqlOn} from './databases.ts';
import type {Ask} from './stall-log.ts';

export type ChangeServer = {
  readonly engine: 'postgres' | 'mysql' | 'mariadb';
  /** For files; gone when it stops. */
  readonly folder: string;
  readonly clients: number;
  readonly cases: readonly Case[];
  newDatabase(): Promise<{readonly url: string; readonly ask: Ask; drop(): Promise<void>}>;
  stop(): Promise<void>;
};

/** Rows of each client that it changes; the others only lie there. */
export const SLOTS = 500;

export const newFolder = (): Pick<ChangeServer, 'folder'> & {remove(): void} => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-change-'));
  return {folder, remove: () => rmSync(folder, {recursive: true, force: true})};
};

export async function startPostgres(rows: number, clients: number): Promise<ChangeServer> {
  const {folder, remove} = newFolder();
  const server = await startEmbeddedServer({version: 17, settings: {shared_buffers: '256MB'}});
  await sqlOn(server.url, 'CREATE DATABASE filled');
  await sqlOn(
    databaseUrl(server, 'filled'),
    ...SCHEMA,
    `INSERT INTO stall.slot (client, slot, writes, last) SELECT client, slot, 0, 0 FROM generate_series(0, ${clients - 1}) AS client, generate_series(0, ${SLOTS - 1}) AS slot`,
    `INSERT INTO stall.slot (client, slot, writes, last) SELECT -1, slot, 0, 0 FROM generate_series(1, ${rows}) AS slot`,
    `INSERT INTO stall.entry (client, seq) SELECT -1, n FROM generate_series(1, ${rows}) AS n`,
    'VACUUM (FREEZE, ANALYZE)',
    'CHECKPOINT',
  );
  let databases = 0;
  return {
    engine: 'postgres',
    folder,
    clients,
    cases: CASES,
    async newDatabase() {
      const name = `change_${++databases}`;
      await sqlOn(server.url, `CREATE DATABASE ${name} TEMPLATE filled`, 'CHECKPOINT');
      const url = databaseUrl(server, name);
      return {
        url,
        ask: (statement) => sqlOn(url, statement),
        drop: async () => {
          await sqlOn(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
        },
      };
    },
    async stop() {
      await server.stop();
      remove();
    },
  };
}
