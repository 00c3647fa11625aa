/**
 * The servers of docker-compose.yml, brought up by the real program on free ports, from a copy of the files they mount.
 * They are taken down at the end of the run. `TEST_COMPOSE` names the program where it is no plugin of `docker`.
 */
import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {freePort} from '../../examples/demo/free-port.ts';
import {addCleanUp, addMiss, ServerMissing} from './server-folder.ts';

export type ComposedServers = {
  /** With the compose file, `plans/compose.yaml` and what PgBouncer reads, where a user has the project. */
  readonly folder: string;
  readonly source: string;
  readonly target: string;
  /** The application's address. */
  readonly pooled: string;
  readonly admin: string;
};

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const FILES = ['docker-compose.yml', 'plans/compose.yaml', 'examples/pgbouncer'];
const COMMAND = 'a container engine and docker compose 2 or later (or TEST_COMPOSE), and TEST_POSTGRES_IMAGE where no image can be pulled';

/** Throws ServerMissing with the reason; a compose file that is not valid is an error of its own. */
export async function composeUp(): Promise<ComposedServers> {
  const program = findProgram();
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-compose-'));
  for (const file of FILES) {
    mkdirSync(join(folder, file, '..'), {recursive: true});
    cpSync(join(PROJECT, file), join(folder, file), {recursive: true});
  }
  const ports = {source: await freePort(), target: await freePort(), pgbouncer: await freePort()};
  const variables = variablesOf(ports);
  addCleanUp({kind: 'compose', folder, program, variables});
  const checked = runIn(folder, program, ['config', '--quiet'], variables);
  if (checked.status !== 0) throw new Error(`docker-compose.yml: ${checked.stderr}`);
  const up = runIn(folder, program, ['up', '--detach', '--wait', '--build'], variables);
  if (up.status !== 0) throw missing([lastLines(up.stderr)]);
  const at = (port: number, database: string) => `postgres://postgres:crossfade@127.0.0.1:${port}/${database}`;
  return {
    folder,
    source: at(ports.source, 'shop'),
    target: at(ports.target, 'shop'),
    pooled: at(ports.pgbouncer, 'shop'),
    admin: at(ports.pgbouncer, 'pgbouncer'),
  };
}

export type Composed = {
  readonly folder: string;
  readonly program: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

/** With the volumes, and the image that was built. */
export function composeDown({folder, program, variables}: Composed): void {
  const down = runIn(folder, program, ['down', '--volumes', '--rmi', 'local', '--timeout', '0'], variables);
  if (down.status !== 0) throw new Error(`docker compose down: ${down.stderr}`);
  rmSync(folder, {recursive: true});
}

function findProgram(): readonly string[] {
  const named = process.env['TEST_COMPOSE'];
  const reasons: string[] = [];
  for (const program of named ? [[named]] : [['docker', 'compose'], ['docker-compose']]) {
    const {status, stdout, stderr, error} = run(program, ['version', '--short']);
    const version = Number.parseInt(stdout ?? '', 10);
    if (status === 0 && version >= 2) return program;
    reasons.push(`${program.join(' ')}: ${error?.message ?? (status === 0 ? `version ${stdout.trim()}` : lastLines(stderr))}`);
  }
  throw missing(reasons);
}

/** One image serves for all three where no other can be had. */
function variablesOf(ports: Readonly<Record<'source' | 'target' | 'pgbouncer', number>>): Record<string, string> {
  const image = process.env['TEST_POSTGRES_IMAGE'];
  const named = image === undefined ? [] : ['SOURCE', 'TARGET', 'BASE'].map((part) => [`CROSSFADE_${part}_IMAGE`, image]);
  const opened = Object.entries(ports).map(([part, port]) => [`CROSSFADE_${part.toUpperCase()}_PORT`, String(port)]);
  return Object.fromEntries([...named, ...opened]) as Record<string, string>;
}

function runIn(folder: string, program: readonly string[], words: readonly string[], variables: Readonly<Record<string, string>>) {
  const project = basename(folder).toLowerCase();
  return run(program, ['--project-directory', folder, '--file', join(folder, 'docker-compose.yml'), '--project-name', project, ...words], {
    ...variables,
  });
}

function run([file = '', ...first]: readonly string[], words: readonly string[], variables: Readonly<Record<string, string>> = {}) {
  return spawnSync(file, [...first, ...words], {encoding: 'utf8', env: {...process.env, ...variables}});
}

const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' ');

function missing(reasons: readonly string[]): ServerMissing {
  addMiss({server: 'docker-compose.yml', command: COMMAND, reasons});
  return new ServerMissing(`docker-compose.yml could not be brought up (${reasons.join('; ')}). Provide: ${COMMAND}`);
}
