/**
 * A standby of a test's own server, and what an operator's failover does with it: the primary dies without a word, and
 * the standby is promoted at the same address, with what it has. Its files take the place of the primary's, so that the
 * server's own `restart`, `kill9` and `stop` go on to work. Linux only: the primary's settings are read from `/proc`.
 */
import {spawn, spawnSync} from 'node:child_process';
import {closeSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {freePort} from '../../examples/demo/free-port.ts';
import {addCleanUp} from './server-folder.ts';
import {endProcess, postmasterPid} from './server-process.ts';
import type {OwnPostgresServer} from './servers.ts';
import {type StoryDatabase, storyDatabase} from './story-database.ts';
import {untilTrue} from './until.ts';

export type Standby = {
  /** Read-only, while it follows. */
  readonly url: string;
  /** Returns when it has everything that the primary has written so far. */
  caughtUp(): Promise<void>;
  /** From here on nothing reaches it. `slots`: with those of the primary, as tools for failover carry them along. */
  cutOff(with_?: 'slots'): Promise<void>;
  /** kill -9 of the primary, and the standby answers in its place as the new primary. */
  takeOver(): Promise<void>;
};

/** Each of several by a name of its own. */
export async function standbyOf(primary: OwnPostgresServer, name = 'standby'): Promise<Standby> {
  const folder = primary.dataFolder;
  if (folder === undefined) throw new Error('a standby needs the files of its primary');
  const data = join(dirname(folder), name);
  await asking(primary.url, (database) => copyFiles(database, folder, data));
  const port = await startStandby(primary, folder, data);
  const url = Object.assign(new URL(primary.url), {port: String(port)}).href;
  await untilTrue('the standby answers', () => answers(url));
  const stop = async (): Promise<void> => {
    const pid = postmasterPid(data);
    if (pid !== undefined) await endProcess(pid, data, 'SIGINT');
  };
  return {
    url,
    async caughtUp() {
      const end = await asking(primary.url, (database) => database.value('SELECT pg_current_wal_flush_lsn()'));
      const isThere = `SELECT pg_last_wal_replay_lsn() >= '${end}'`;
      await asking(url, (standby) => untilTrue('the standby has it all', async () => (await standby.value(isThere)) === 't'));
    },
    async cutOff(carried) {
      await stop();
      if (carried !== 'slots') return;
      await asking(primary.url, (database) => database.run('CHECKPOINT'));
      for (const slot of readdirSync(join(folder, 'pg_replslot')))
        copyWhole(join(folder, 'pg_replslot', slot), join(data, 'pg_replslot', slot));
    },
    async takeOver() {
      await stop();
      await primary.kill9();
      renameSync(folder, join(dirname(folder), 'lost'));
      renameSync(data, folder);
      await primary.restart();
      await asking(primary.url, (database) => database.run('SELECT pg_promote()'));
    },
  };
}

/** What `pg_basebackup` does, which not every set of programs has: no slot comes along. */
async function copyFiles(primary: StoryDatabase, from: string, to: string): Promise<void> {
  await primary.run(`SELECT pg_backup_start('standby', fast => true)`);
  copyWhole(from, to);
  const label = await primary.value('SELECT labelfile FROM pg_backup_stop()');
  for (const name of ['postmaster.pid', 'postmaster.opts']) rmSync(join(to, name), {force: true});
  for (const slot of readdirSync(join(to, 'pg_replslot'))) rmSync(join(to, 'pg_replslot', slot), {recursive: true});
  const {hostname, port, username, password} = new URL(primary.url);
  const asOwner = (file: string, text: string): void => {
    writeFileSync(join(to, file), text);
    spawnSync('chown', [`--reference=${to}`, join(to, file)]);
  };
  asOwner('backup_label', label ?? '');
  asOwner('standby.signal', '');
  asOwner('postgresql.auto.conf', `primary_conninfo = 'host=${hostname} port=${port} user=${username} password=${password}'\n`);
}

function copyWhole(from: string, to: string): void {
  // A file may vanish under way, as in any copy of a server at work; the log makes the rest whole.
  spawnSync('cp', ['-a', from, to]);
  if (!statSync(to).isDirectory()) throw new Error(`${from} could not be copied`);
}

/** The same program and settings as the primary, on a port of its own. */
async function startStandby({pid}: OwnPostgresServer, from: string, data: string): Promise<number> {
  const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
  const port = await freePort();
  const log = openSync(join(dirname(data), 'standby.log'), 'a');
  const {uid, gid} = statSync(data);
  const flags = [...words.map((word) => (word === from ? data : word)), '-c', `port=${port}`];
  addCleanUp({
    kind: 'process',
    pid: spawn(program, flags, {uid, gid, cwd: dirname(data), detached: true, stdio: ['ignore', log, log]}).pid ?? 0,
    folder: data,
  });
  closeSync(log);
  return port;
}

async function asking<T>(url: string, ask: (database: StoryDatabase) => Promise<T>): Promise<T> {
  const database = await storyDatabase(url);
  try {
    return await ask(database);
  } finally {
    await database.close();
  }
}

const answers = (url: string): Promise<boolean> => asking(url, async () => true).catch(() => false); // not yet; the caller gives up by time
