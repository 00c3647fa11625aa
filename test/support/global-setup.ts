/** Runs once per test run, before the first file and after the last: the shared folder, and the end of every server. */
import {rmSync} from 'node:fs';
import pg from 'pg';
import {composeDown} from './compose.ts';
import {readProgramOnce} from './compiled-once.ts';
import {abandonedFolders, type CleanUp, cleanUps, hasFolder, makeFolder} from './server-folder.ts';
import {endProcess, endServer, isAlive} from './server-process.ts';

export default async function setup(): Promise<() => Promise<void>> {
  // Called for the root and again for every project of one run.
  if (hasFolder()) return async () => {};
  readProgramOnce();
  for (const folder of abandonedFolders(isAlive)) await endAll(folder);
  const folder = makeFolder();
  return () => endAll(folder);
}

async function endAll(folder: string): Promise<void> {
  const items = cleanUps(folder);
  // Databases first: their server may be one of ours only by address.
  for (const item of items.filter(({kind}) => kind === 'database')) await cleanUp(item);
  await Promise.all(items.filter(({kind}) => kind !== 'database').map(cleanUp));
  rmSync(folder, {recursive: true, force: true});
}

async function cleanUp(item: CleanUp): Promise<void> {
  if (item.kind === 'server') await endServer(item.dataFolder);
  else if (item.kind === 'process') await endOther(item.pid, item.folder);
  else if (item.kind === 'container') await endContainer(item.id);
  else if (item.kind === 'compose') composeDown(item);
  else if (item.server.startsWith('postgres')) await dropDatabase(item.server, item.name);
  else await (await import('./mysql-servers.ts')).dropMysqlDatabase(item.server, item.name);
}

/** What keeps no data may be killed; a polite end would wait for its clients. */
async function endOther(pid: number, folder: string): Promise<void> {
  await endProcess(pid, folder, 'SIGKILL');
  rmSync(folder, {recursive: true, force: true});
}

/** Large, and rarely needed. */
async function endContainer(id: string): Promise<void> {
  const {removeContainer} = await import('./postgres-container.ts');
  await removeContainer(id);
}

/** A slot would keep its database from being dropped. */
async function dropDatabase(server: string, name: string): Promise<void> {
  const client = new pg.Client({connectionString: server});
  await client.connect();
  try {
    await client.query('select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active', [name]);
    await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1 and not active', [name]);
    await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  } finally {
    await client.end();
  }
}
