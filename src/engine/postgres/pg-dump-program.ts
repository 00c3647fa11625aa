/** The program pg_dump, where this machine has one. */
import {execFile} from 'node:child_process';
import {delimiter, join} from 'node:path';
import {access, constants} from 'node:fs/promises';
import {promisify} from 'node:util';
import {TerminalError} from '../../model/errors.ts';
import type {OpenOptions} from '../engine.ts';
import {clientEnvironment} from './postgres-connection.ts';

const run = promisify(execFile);
/** A schema of tens of thousands of objects. */
const OUTPUT_BYTES_MAX = 512 * 1024 * 1024;

/** On PATH first, then where `pg_config` says that the server's programs are. `version` is the major one. */
export const findPgDump = async (): Promise<{readonly file: string; readonly version: number} | undefined> => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...(await configured())];
  for (const folder of folders) {
    const file = join(folder, 'pg_dump');
    if (!(await isProgram(file))) continue;
    const {stdout} = await run(file, ['--version']);
    return {file, version: Number(/\) (\d+)/.exec(stdout)?.[1] ?? 0)};
  }
  return undefined;
};

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** Nothing where pg_config is not installed. */
const configured = (): Promise<string[]> =>
  run('pg_config', ['--bindir']).then(
    ({stdout}) => [stdout.trim()],
    () => [],
  );

/** The address goes by the environment: arguments can be read by everybody on the machine. */
export const runPgDump = async (file: string, options: OpenOptions, words: readonly string[]): Promise<string> => {
  try {
    const {stdout} = await run(file, ['--schema-only', '--no-publications', '--no-subscriptions', ...words], {
      maxBuffer: OUTPUT_BYTES_MAX,
      env: {...process.env, ...clientEnvironment(options, 'dump')},
    });
    return stdout;
  } catch (cause) {
    const why = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause);
    throw new TerminalError(`pg_dump failed: ${why}`, {code: 'CF-SCOPE-004', cause, next: 'use schema kind catalog'});
  }
};
