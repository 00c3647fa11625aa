/** Turns zod's issues into problems of a plan: in words, one per unknown key, with the known word that was meant. */
import type * as z from 'zod';
import {isRecord} from '../model/is-record.ts';
import {nearest} from '../model/nearest.ts';
import {knownConstants, knownKeys, type SchemaNode} from './json-schema.ts';

/** A problem before its place in the file is looked up. `at` says which part of the mapping entry to point at. */
export type PathProblem = {
  readonly path: readonly PropertyKey[];
  readonly at: 'key' | 'value';
  readonly message: string;
  readonly suggestion?: string;
};

/** `issues` must have been made with `reportInput`, and their messages with `wordsFor`. */
export function pathProblems(issues: readonly z.core.$ZodIssue[], schema: SchemaNode): PathProblem[] {
  return issues.flatMap((issue) => flatten(issue)).flatMap((issue) => problemsOf(issue, schema));
}

/** zod's per-parse error map: what a value should have been. Parts with their own words keep those. */
export function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return `must be ${TYPE_WORDS[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') return `must be ${listed(issue.values.map(String))}`;
  return undefined;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'a text (quote it if it looks like a number)',
  boolean: 'true or false',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
};

function problemsOf(issue: z.core.$ZodIssue, schema: SchemaNode): PathProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => unknownKey([...issue.path, key], key, knownKeys(schema, issue.path)));
  if (issue.code === 'invalid_union') return [unmatched(issue, schema)];
  if (issue.code === 'invalid_key') return [{path: issue.path, at: 'key', message: issue.issues[0]?.message ?? issue.message}];
  if (issue.input === undefined && issue.code !== 'custom') return [{path: issue.path, at: 'key', message: 'is missing'}];
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return [{path: issue.path, at: 'value', message: issue.message, ...meant(issue.input, known)}];
}

const unknownKey = (path: readonly PropertyKey[], key: string, known: readonly string[]): PathProblem => ({
  path,
  at: 'key',
  message: 'is not a known key',
  ...meant(key, known),
});

/** No variant fits: by its discriminator (`kind`), or because it is neither a name nor a name with settings. */
function unmatched(issue: z.core.$ZodIssueInvalidUnion, schema: SchemaNode): PathProblem {
  const {discriminator, path} = issue;
  if (discriminator === undefined) return {path, at: 'value', message: 'must be a name, or one name with its settings'};
  const known = knownConstants(schema, path);
  const written = isRecord(issue.input) ? issue.input[discriminator] : undefined;
  if (written === undefined) return {path, at: 'key', message: `is missing; must be ${listed(known)}`};
  return {path, at: 'value', message: `must be ${listed(known)}`, ...meant(written, known)};
}

/** A union's issue stands for those of the variant that was meant: the one whose kind of value it is. */
function flatten(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const branch = issue.errors.find((errors) => errors.every((error) => !rejectsKind(error)));
  return branch ? branch.flatMap((error) => flatten({...error, path: [...issue.path, ...error.path]})) : [issue];
}

function rejectsKind(issue: z.core.$ZodIssue): boolean {
  if (issue.path.length > 0) return false;
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof issue.input !== 'string');
}

function meant(written: unknown, known: readonly string[]): {readonly suggestion?: string} {
  const suggestion = typeof written === 'string' ? nearest(written, known) : undefined;
  return suggestion === undefined ? {} : {suggestion};
}

const listed = (words: readonly string[]): string => (words.length < 2 ? words.join('') : `one of ${words.join(', ')}`);
