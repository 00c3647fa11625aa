/** A disk of a few megabytes for one test: a file system in memory, which only root may mount. */
import {spawnSync} from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {addMiss, ServerMissing} from './server-folder.ts';
import {type OwnPostgresServer, ownPostgresServer, type PostgresRequest} from './servers.ts';
import {storyDatabase} from './story-database.ts';

const PIECE_BYTES = 1024 * 1024;

export type SmallDisk = Disposable & {
  readonly folder: string;
  readonly freeBytes: () => number;
  /** A file of nothing takes all room but this much. */
  fill(freeBytes: number): void;
  empty(): void;
  /** As an administrator does with a volume in use. */
  enlarge(mebibytes: number): void;
};

/** Mounted on `at`, or on a folder of its own. Throws `ServerMissing` where this process may not mount. */
export function smallDisk(mebibytes: number, at?: string): SmallDisk {
  const folder = at ?? mkdtempSync(join(tmpdir(), 'crossfade-disk-'));
  const mounted = mount('-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0755`, 'tmpfs', folder);
  if (mounted !== undefined) throw missing(mounted);
  const ballast = join(folder, 'ballast');
  const freeBytes = (): number => {
    const {bavail, bsize} = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    folder,
    freeBytes,
    fill(left) {
      rmSync(ballast, {force: true});
      for (let room = freeBytes() - left; room > 0; room = freeBytes() - left) add(ballast, Math.min(room, PIECE_BYTES));
    },
    empty: () => rmSync(ballast, {force: true}),
    enlarge: (size) => {
      const refused = mount('-o', `remount,size=${size}m`, folder);
      if (refused !== undefined) throw new Error(refused);
    },
    [Symbol.dispose]: () => {
      spawnSync('umount', ['--lazy', folder]);
      if (at === undefined) rmSync(folder, {recursive: true, force: true});
    },
  };
}

/** Somebody else may take the last of the room at the same time: then it is full, as was wanted. */
function add(file: string, size: number): void {
  try {
    appendFileSync(file, Buffer.alloc(size));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** What `mount` says when it refuses. */
function mount(...words: readonly string[]): string | undefined {
  const run = spawnSync('mount', words, {encoding: 'utf8'});
  return run.status === 0 ? undefined : run.stderr || String(run.error);
}

function missing(reason: string): ServerMissing {
  const miss = {server: 'a small disk', command: 'run the tests as root, on Linux', reasons: [reason.trim()]};
  addMiss(miss);
  return new ServerMissing(`${miss.server} could not be had (${miss.reasons.join('')}). Provide it: ${miss.command}`);
}

export type SmallServer = AsyncDisposable & {
  readonly disk: SmallDisk;
  readonly server: OwnPostgresServer;
  /** Its files are on the small disk; the server's log is not. */
  createDatabase(): Promise<string>;
};

export async function serverOnSmallDisk(mebibytes: number, request: PostgresRequest): Promise<SmallServer> {
  const disk = smallDisk(mebibytes);
  const server = await ownPostgresServer(request);
  const {uid, gid} = statSync(server.dataFolder ?? disk.folder);
  const location = join(disk.folder, 'space');
  mkdirSync(location);
  chownSync(location, uid, gid);
  const administrator = await storyDatabase(server.url);
  await administrator.run(`CREATE TABLESPACE small LOCATION '${location}'`);
  await administrator.close();
  return {
    disk,
    server,
    createDatabase: async () => {
      const database = await storyDatabase(server.url);
      await database.run('CREATE DATABASE on_small_disk TABLESPACE small');
      await database.close();
      return Object.assign(new URL(server.url), {pathname: '/on_small_disk'}).href;
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      disk[Symbol.dispose]();
    },
  };
}

/** Its log is on the small disk, and nothing else. */
export async function serverWithSmallLogDisk(
  mebibytes: number,
  request: PostgresRequest,
): Promise<AsyncDisposable & {readonly disk: SmallDisk; readonly server: OwnPostgresServer}> {
  const server = await ownPostgresServer(request);
  if (server.dataFolder === undefined) throw missing('the server is on another machine');
  await server.kill9();
  const log = join(server.dataFolder, 'pg_wal');
  const {uid, gid} = statSync(log);
  renameSync(log, `${log}.before`);
  mkdirSync(log);
  const disk = smallDisk(mebibytes, log);
  cpSync(`${log}.before`, log, {recursive: true});
  for (const path of [log, ...readdirSync(log, {recursive: true, encoding: 'utf8'}).map((name) => join(log, name))])
    chownSync(path, uid, gid);
  chmodSync(log, 0o700);
  await server.restart();
  return {
    disk,
    server,
    async [Symbol.asyncDispose]() {
      await server.kill9();
      disk[Symbol.dispose]();
      await server.stop();
    },
  };
}
