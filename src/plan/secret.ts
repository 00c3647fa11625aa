/**
 * Secrets stand in a plan as references only and are resolved at the moment of use. The value is returned to the caller
 * and goes nowhere else: no error of this file carries it, and no cause that could (invariant 9).
 */
import {execFile} from 'node:child_process';
import {readFile} from 'node:fs/promises';
import {isAbsolute} from 'node:path';
import {DatabaseUrl} from '../model/database-url.ts';
import {TerminalError} from '../model/errors.ts';
import type {SecretReference} from './plan.ts';

/** The value behind a reference. Asked again at every use, so a rotated secret is picked up. */
export function resolveSecret(reference: SecretReference, environment: Environment = process.env): Promise<string> {
  return RESOLVERS[reference.kind](reference.value, environment);
}

/** The same for a database's address; the answer prints without its password. */
export async function resolveDatabaseUrl(reference: SecretReference, environment: Environment = process.env): Promise<DatabaseUrl> {
  const text = await resolveSecret(reference, environment);
  if (!URL.canParse(text))
    throw unresolved(reference.kind, reference.value, 'does not hold a URL such as postgres://user@host:5432/database');
  return new DatabaseUrl(text);
}

/** A plan's text as a reference, or in words why it cannot be one. The words never repeat the text: it may be a secret. */
export function parseSecret(text: string): SecretReference | {readonly refused: string} {
  const [, kind, value] = /^(env|file|exec):(.+)$/s.exec(text) ?? [];
  if (kind === 'env' && value !== undefined)
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? {kind, value} : {refused: 'env: needs the name of an environment variable'};
  if (kind === 'file' && value !== undefined) return isAbsolute(value) ? {kind, value} : {refused: 'file: needs an absolute path'};
  if (kind === 'exec' && value !== undefined) return {kind, value};
  if (carriesPassword(text))
    return {refused: 'a URL with a password must not stand in a plan: put it into an environment variable and write env:NAME'};
  if (/^(postgres(ql)?|mysql|mariadb):\/\//.test(text) && URL.canParse(text)) return {kind: 'literal', value: text};
  return {refused: 'must be a reference: env:NAME, file:/absolute/path or exec:command'};
}

/** Whether a text is a URL that carries a password; such a text may stand nowhere in a plan. */
export function carriesPassword(text: string): boolean {
  if (!URL.canParse(text)) return /:\/\/[^/@\s]*:[^@\s]+@/.test(text);
  const url = new URL(text);
  return url.password !== '' || url.searchParams.has('password') || url.searchParams.has('sslpassword');
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret's command that takes longer is taken for stuck. */
const EXEC_MS_MAX = 30_000;

const RESOLVERS: Record<SecretReference['kind'], (value: string, environment: Environment) => Promise<string>> = {
  literal: async (value) => value,
  env: async (name, environment) => notEmpty('env', name, environment[name]),
  file: async (path) => notEmpty('file', path, await readSecretFile(path)),
  exec: async (command, environment) => notEmpty('exec', command, await output(command, environment)),
};

async function readSecretFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw unresolved('file', path, `could not be read${codeOf(error)}`);
  }
}

function output(command: string, environment: Environment): Promise<string> {
  const options = {timeout: EXEC_MS_MAX, env: {...environment}, maxBuffer: 1024 * 1024};
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', command], options, (error, stdout) => {
      if (error) reject(unresolved('exec', command, `failed${codeOf(error)}`));
      else resolve(stdout);
    });
  });
}

/** Files and commands end with a newline that is no part of the secret. */
function notEmpty(kind: SecretReference['kind'], value: string, text: string | undefined): string {
  if (text === undefined) throw unresolved(kind, value, 'is not set');
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw unresolved(kind, value, 'is empty');
  return secret;
}

const ADVICE: Record<SecretReference['kind'], (value: string) => string> = {
  env: (name) => `set the environment variable ${name} and run the command again`,
  file: (path) => `check that ${path} exists, is readable by you and holds the secret`,
  exec: (command) => `run \`${command}\` yourself and see that it ends with 0 and prints the secret`,
  literal: () => 'correct the URL in the plan',
};

const unresolved = (kind: SecretReference['kind'], value: string, what: string): TerminalError =>
  new TerminalError(`the secret ${kind === 'literal' ? 'in the plan' : `${kind}:${value}`} ${what}`, {
    code: 'CF-PLAN-003',
    next: ADVICE[kind](value),
  });

/** The system's own word for what went wrong (`ENOENT`) or the exit code; never its message. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (typeof code === 'number') return ` with exit code ${code}`;
  return typeof code === 'string' ? ` (${code})` : '';
}
