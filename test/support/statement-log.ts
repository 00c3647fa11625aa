/**
 * What the servers saw: statements of one migration's sessions, from the log of servers that write down everything.
 * Values are put back into their places, so that a statement reads as if it had been typed.
 */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {untilTrue} from './until.ts';
import {postgresServer, type PostgresServer, type PostgresVersion} from './servers.ts';

export type SeenStatement = {readonly database: string; readonly application: string; readonly sql: string};

/** 15 and newer write their log as JSON. */
export const loggingServer = (version: PostgresVersion): Promise<PostgresServer> => postgresServer({version, settings: SETTINGS});

const SETTINGS = {
  log_statement: 'all',
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_rotation_size: '0',
  log_parameter_max_length: '-1',
  log_replication_commands: 'on',
};

/** Of sessions that Crossfade opened, in the order of the log. A session that has ended has all of it there. */
export function statementsSeen({dataFolder}: PostgresServer, database: string): SeenStatement[] {
  return logsOf(dataFolder)
    .flatMap((file) => readFileSync(file, 'utf8').split('\n'))
    .filter((line) => line.endsWith('}'))
    .flatMap((line) => statementOf(JSON.parse(line) as LogLine))
    .filter((one) => one.database === database && one.application.startsWith('crossfade '));
}

const logsOf = (dataFolder: string | undefined): string[] => {
  if (dataFolder === undefined) throw new Error('the log of a server elsewhere cannot be read');
  const folder = join(dataFolder, 'log');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name));
};

type LogLine = {readonly dbname?: string; readonly application_name?: string; readonly message?: string; readonly detail?: string};

function statementOf({dbname = '', application_name: application = '', message = '', detail = ''}: LogLine): SeenStatement[] {
  const [, simple] = /^statement: ([\s\S]*)$/.exec(message) ?? [];
  const [, prepared] = /^execute [^:]*: ([\s\S]*)$/.exec(message) ?? [];
  const [, command] = /^received replication command: ([\s\S]*)$/.exec(message) ?? [];
  const text = simple ?? (prepared === undefined ? undefined : filled(prepared, detail)) ?? command;
  return text === undefined ? [] : [{database: dbname, application, sql: text.trim()}];
}

/** `Parameters: $1 = 'a', $2 = NULL`, quotes doubled. */
function filled(text: string, detail: string): string {
  const values = new Map([...detail.matchAll(/\$(\d+) = (NULL|'(?:[^']|'')*')/g)].map(([, place = '', value = '']) => [place, value]));
  return text.replaceAll(/\$(\d+)/g, (whole, place: string) => values.get(place) ?? whole);
}

/** The collector writes a little later than the server answers: `mark` is the narrator's own last statement. */
export const untilWritten = ({dataFolder}: PostgresServer, mark: string): Promise<true> =>
  untilTrue(`the log has ${mark}`, () => logsOf(dataFolder).some((file) => readFileSync(file, 'utf8').includes(mark)));
