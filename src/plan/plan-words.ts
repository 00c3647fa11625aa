/**
 * The smallest parts of a plan file: texts that mean a duration, a size, a secret, a table. Each says in its own words
 * what it expects; `plan-problems.ts` puts the place in front.
 */
import * as z from 'zod';
import {DURATION_PATTERN, formatDuration, parseDuration} from './duration.ts';
import {carriesPassword, parseSecret} from './secret.ts';
import {formatSize, parseSize, SIZE_PATTERN} from './size.ts';

/** Written `5s`, read as milliseconds. */
export function duration(limits: {readonly min?: number; readonly max?: number} = {}) {
  const words = 'must be a duration such as 500ms, 5s, 24h or 7d';
  return z
    .string({error: words})
    .regex(DURATION_PATTERN, words)
    .transform((text, context) => {
      const ms = parseDuration(text) ?? 0;
      if (limits.min !== undefined && ms < limits.min) context.addIssue(`must be at least ${formatDuration(limits.min)}`);
      if (limits.max !== undefined && ms > limits.max) context.addIssue(`must be at most ${formatDuration(limits.max)}`);
      return ms;
    });
}

/** Written `64MiB`, read as bytes. */
export function size(min: number, max: number) {
  const words = 'must be a size such as 512KiB, 64MiB or 1GiB';
  return z
    .string({error: words})
    .regex(SIZE_PATTERN, words)
    .transform((text, context) => {
      const bytes = parseSize(text) ?? 0;
      if (bytes < min || bytes > max) context.addIssue(`must be from ${formatSize(min)} to ${formatSize(max)}`);
      return bytes;
    });
}

export function wholeNumber(min: number, max: number) {
  const words = `must be a whole number from ${min} to ${max}`;
  return z.int({error: words}).min(min, words).max(max, words);
}

/** `env:NAME`, `file:/path`, `exec:command`, or a URL without a password. */
export const secret = z.string().transform((text, context) => {
  const parsed = parseSecret(text);
  if (!('refused' in parsed)) return parsed;
  context.addIssue(parsed.refused);
  return z.NEVER;
});

/** The same kept as a text, for settings that a member resolves by itself. */
export const secretText = z.string().superRefine((text, context) => {
  const parsed = parseSecret(text);
  if ('refused' in parsed) context.addIssue(parsed.refused);
});

/** `schema.table`; `*` stands for any run of characters within one part. */
export const tablePattern = z
  .string()
  .regex(/^[^.\s]+\.[^.\s]+$/, 'must be schema.table, where * stands for any characters within one part');

export const nonEmpty = z.string().min(1, 'must not be empty');

/** Even in settings that are passed on unread no password may stand. */
export const holdsNoPassword = (settings: unknown): boolean => !texts(settings).some(carriesPassword);

export const PASSWORD_REFUSED = 'a URL with a password must not stand in a plan: put it into an environment variable and write env:NAME';

/** Every text in a value, however deep. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}
