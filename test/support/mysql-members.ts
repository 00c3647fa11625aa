/** Where a MySQL or MariaDB server can come from, in the order of asking. A member throws its reason when it has none. */
import mysql from 'mysql2/promise';
import {addCleanUp} from './server-folder.ts';
import {loginOf, type MysqlProcess, type MysqlSettings, NEEDED, startMysql} from './mysql-process.ts';
import {fetchedPrograms, type Flavour, installedPrograms, type MysqlPrograms} from './mysql-programs.ts';

export type MysqlRequest = {
  readonly flavour: Flavour;
  /** Major and minor, `9.7`; any when absent. */
  readonly version?: string;
  /** On top of row images and metadata in full, and GTIDs. */
  readonly settings?: MysqlSettings;
};

export type MysqlAddress = {
  readonly url: string;
  readonly version: string;
  readonly folder?: string;
  readonly pid?: number;
  /** It outlives the run, so what we make in it must be removed. */
  readonly foreign?: boolean;
  /** Only in the process that started it. */
  readonly process?: MysqlProcess;
};

type Member = (request: MysqlRequest & {readonly own: boolean}) => Promise<MysqlAddress>;

export const members = {environment, installed, fetched} satisfies Record<string, Member>;

/** `TEST_MARIADB_10_11_URL`, then `TEST_MARIADB_URL`. */
async function environment({flavour, version, settings, own}: Parameters<Member>[0]): Promise<MysqlAddress> {
  const any = `TEST_${flavour.toUpperCase()}_URL`;
  const names = [...(version === undefined ? [] : [`TEST_${flavour.toUpperCase()}_${version.replace('.', '_')}_URL`]), any];
  const url = names.map((name) => process.env[name]).find((value) => value !== undefined && value !== '');
  if (url === undefined) throw new Error(`${names.join(' and ')} not set`);
  if (own) throw new Error('its server is not ours to stop');
  const found = await checkedVersion(url, {...NEEDED[flavour], ...settings}, flavour);
  if (version !== undefined && found !== version) throw new Error(`the server is version ${found}`);
  return {url, version: found, foreign: true};
}

async function installed({flavour, version, settings}: MysqlRequest): Promise<MysqlAddress> {
  const programs = installedPrograms(flavour);
  if (!programs) throw new Error(`no ${flavour} in /usr/sbin`);
  if (version !== undefined && programs.version !== version) throw new Error(`/usr/sbin has version ${programs.version}`);
  return started(programs, settings);
}

async function fetched({flavour, version, settings}: MysqlRequest): Promise<MysqlAddress> {
  const all = fetchedPrograms(flavour);
  const programs = all.find((one) => version === undefined || one.version === version);
  if (programs) return started(programs, settings);
  throw new Error(all.length ? `fetched is version ${all.map((one) => one.version).join(', ')}` : 'not fetched');
}

async function started(programs: MysqlPrograms, settings: MysqlSettings = {}): Promise<MysqlAddress> {
  const process = await startMysql(programs, settings);
  const {url, version, folder, pid} = process;
  // It is killed at the end, as its folder goes with it.
  addCleanUp({kind: 'process', pid, folder});
  return {url, version, folder, pid, process};
}

/** Throws when the server does not answer, is of the other flavour, or lacks a setting. */
async function checkedVersion(url: string, settings: MysqlSettings, flavour: Flavour): Promise<string> {
  const connection = await mysql.createConnection({...loginOf(url), connectTimeout: 5000});
  try {
    const ask = async (sql: string): Promise<string> => {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(sql);
      return String(rows[0]?.['value']);
    };
    const version = await ask('SELECT version() AS value');
    if (version.includes('MariaDB') !== (flavour === 'mariadb')) throw new Error(`the server is ${version}`);
    for (const [name, wanted] of Object.entries({'log-bin': '1', ...settings})) {
      const found = await ask(`SELECT @@global.${name.replaceAll('-', '_')} AS value`);
      if (found !== wanted) throw new Error(`${name} is ${found}, not ${wanted}`);
    }
    return /^\d+\.\d+/.exec(version)?.[0] ?? version;
  } finally {
    await connection.end();
  }
}
