/**
 * Where the programs of a MySQL or MariaDB server are on this machine: installed, or fetched from Debian packages into a
 * folder that holds its own libraries (`npm run servers:fetch`), so that neither root nor a container is needed.
 */
import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {FETCHED_FOLDER} from '../../examples/demo/embedded-binaries.ts';
import {type Command, unpackedCommand, unpackPackage} from './debian-packages.ts';
import {systemProgram} from './installed-tools.ts';
import {addMiss, ServerMissing} from './server-folder.ts';

export type Flavour = 'mysql' | 'mariadb';

export type MysqlPrograms = {
  readonly flavour: Flavour;
  /** `9.7`, `10.11`. */
  readonly version: string;
  readonly command: Command;
  /** Messages, and MariaDB's own tables as SQL. */
  readonly shareFolder: string;
  readonly pluginFolder: string;
};

/** What `servers:fetch` brings. The suite decides over the version, so the folder is not named by it. */
const FETCHED_SERVERS = [
  {flavour: 'mysql', suite: 'sid'},
  {flavour: 'mariadb', suite: 'trixie'},
] as const;
type FetchedServer = (typeof FETCHED_SERVERS)[number];

/** 80 MB to download. What is there stays. */
export function fetchMysqlServers(): void {
  for (const server of FETCHED_SERVERS) {
    if (unpackedPrograms(server)) continue;
    unpackPackage(`${server.flavour}-server-core`, server.suite, folderOf(server));
    if (!unpackedPrograms(server)) throw new Error(`${server.flavour} of ${server.suite} does not run here`);
  }
}

/** The client and the dump of that flavour: MySQL's as fetched, MariaDB's as installed. Throws ServerMissing where they are not. */
export async function clientPrograms(flavour: Flavour): Promise<{readonly client: Command; readonly dump: Command}> {
  if (flavour === 'mariadb') {
    const [client, dump] = await Promise.all(['mariadb', 'mariadb-dump'].map((name) => systemProgram(name, 'mariadb-client')));
    return {client: [client ?? ''], dump: [dump ?? '']};
  }
  const [client, dump] = ['mysql', 'mysqldump'].map((name) => unpackedCommand(CLIENT_FOLDER, join(CLIENT_FOLDER, 'usr', 'bin', name)));
  if (client && dump) return {client, dump};
  addMiss({server: 'mysqldump', command: 'npm run servers:fetch', reasons: ['not fetched']});
  throw new ServerMissing('mysqldump could not be had. Provide it: npm run servers:fetch');
}

/** 30 MB to download. What is there stays. */
export function fetchMysqlClient(): void {
  if (!existsSync(CLIENT_FOLDER)) unpackPackage('mysql-client-core', 'sid', CLIENT_FOLDER);
}

const CLIENT_FOLDER = join(FETCHED_FOLDER, 'mysql-client-sid');

const folderOf = ({flavour, suite}: FetchedServer): string => join(FETCHED_FOLDER, `${flavour}-${suite}`);

export const installedPrograms = (flavour: Flavour): MysqlPrograms | undefined => programsIn('/', flavour, (program) => [program]);

export const fetchedPrograms = (flavour: Flavour): readonly MysqlPrograms[] =>
  FETCHED_SERVERS.filter((one) => one.flavour === flavour).flatMap((one) => unpackedPrograms(one) ?? []);

/** MySQL's own reader of its log, which comes with its server. */
export const mysqlbinlog = (): Command | undefined => {
  const [server] = FETCHED_SERVERS;
  return unpackedCommand(folderOf(server), join(folderOf(server), 'usr', 'bin', 'mysqlbinlog'));
};

const unpackedPrograms = (server: FetchedServer): MysqlPrograms | undefined =>
  programsIn(folderOf(server), server.flavour, (program) => unpackedCommand(folderOf(server), program));

function programsIn(folder: string, flavour: Flavour, run: (program: string) => Command | undefined): MysqlPrograms | undefined {
  const program = join(folder, 'usr', 'sbin', flavour === 'mysql' ? 'mysqld' : 'mariadbd');
  const command = existsSync(program) ? run(program) : undefined;
  const version = command && versionOf(command, flavour);
  // MariaDB brings a `mysqld` too.
  if (!command || version === undefined) return undefined;
  const share = ['mariadb', 'mysql'].map((name) => join(folder, 'usr', 'share', name)).find((path) => existsSync(join(path, 'english')));
  return {flavour, version, command, shareFolder: share ?? '', pluginFolder: join(folder, 'usr', 'lib', 'mysql', 'plugin')};
}

function versionOf([program, ...before]: Command, flavour: Flavour): string | undefined {
  const {stdout} = spawnSync(program, [...before, '--no-defaults', '--version'], {cwd: '/', encoding: 'utf8'});
  if (!stdout || stdout.includes('MariaDB') !== (flavour === 'mariadb')) return undefined;
  return /Ver (\d+\.\d+)\./.exec(stdout)?.[1];
}
