/**
 * The project's own file, `crossfade.yaml`: its environments, and in each of them what stands for the variables that plans
 * refer to. A plan and its checksum are the same in all of them. Found upwards from the working folder.
 */
import {readFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import * as z from 'zod';
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {readChecked} from './checked-yaml.ts';
import {problemLine} from './plan-invalid.ts';
import type {SecretReference} from './plan.ts';
import {secret} from './plan-words.ts';

export type Environment = {
  readonly name: string;
  /** Which says so. */
  readonly file: string;
  /** By the variable of a plan: what is asked instead of it. */
  readonly references: Readonly<Record<string, SecretReference>>;
};

const NAMES = ['crossfade.yaml', 'crossfade.yml'];

const environmentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens, 63 characters at most');
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable, as a plan has it after env:');

const project = z.strictObject({environments: z.record(environmentName, z.record(variable, secret))});

/** `given`: a file that somebody named; without one the nearest above `folder` counts. */
export async function readEnvironment(name: string, given: string | undefined, folder: string): Promise<Environment> {
  const {file, text} = given === undefined ? await nearestFile(folder) : {file: given, text: await textOf(given)};
  if (text === undefined) throw unusable(`there is no readable file ${file}`);
  const {environments} = readChecked(
    text,
    file,
    () => project,
    (problems) => unusable([`${file} is not valid:`, ...problems.map(problemLine)].join('\n')),
  );
  const references = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (references) return {name, file, references};
  const meant = nearest(name, Object.keys(environments));
  throw unusable(`${file} has no environment ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`);
}

async function nearestFile(folder: string): Promise<{readonly file: string; readonly text: string}> {
  for (const name of NAMES) {
    const file = join(folder, name);
    const text = await textOf(file);
    if (text !== undefined) return {file, text};
  }
  if (dirname(folder) !== folder) return nearestFile(dirname(folder));
  throw unusable('there is no crossfade.yaml in this folder or above it');
}

/** Undefined where nothing can be read. */
const textOf = (file: string): Promise<string | undefined> => readFile(file, 'utf8').catch(() => undefined);

const unusable = (what: string): TerminalError =>
  new TerminalError(what, {
    code: 'CF-ENV-001',
    next: 'write environments: {NAME: {VARIABLE: env:OTHER_VARIABLE}} into crossfade.yaml, or name another file with --config',
  });
