import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {TerminalError} from '../model/errors.ts';
import type {SecretReference} from './plan.ts';
import {carriesPassword, parseSecret, resolveDatabaseUrl, resolveSecret} from './secret.ts';

const SECRET = 'hunter2';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossfade-secret-'));
});
afterAll(() => rm(folder, {recursive: true}));

/** Everything a person or a log could see of an error. */
const shown = (error: TerminalError): string =>
  [error.message, error.next, error.stack, JSON.stringify(error), String(error.cause)].join('\n');

async function refusal(reference: SecretReference, environment = {}): Promise<TerminalError> {
  const error: unknown = await resolveDatabaseUrl(reference, environment).catch((reason: unknown) => reason);
  if (!(error instanceof TerminalError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}

describe('resolveSecret', () => {
  it('reads an environment variable', async () => {
    expect(await resolveSecret({kind: 'env', value: 'A'}, {A: SECRET})).toBe(SECRET);
  });

  it('reads a file without its last newline', async () => {
    const value = join(folder, 'good');
    await writeFile(value, `${SECRET}\n`);
    expect(await resolveSecret({kind: 'file', value})).toBe(SECRET);
  });

  it('reads what a command prints', async () => {
    expect(await resolveSecret({kind: 'exec', value: 'printf %s "$A"'}, {A: SECRET, PATH: process.env['PATH']})).toBe(SECRET);
  });

  it.each([
    [{kind: 'env', value: 'NOT_THERE'}, 'the secret env:NOT_THERE is not set'],
    [{kind: 'env', value: 'EMPTY'}, 'the secret env:EMPTY is empty'],
    [{kind: 'file', value: '/nowhere/secret'}, 'the secret file:/nowhere/secret could not be read (ENOENT)'],
    [
      {kind: 'exec', value: `echo ${'$'}A >&2; echo ${'$'}A; exit 3`},
      'the secret exec:echo $A >&2; echo $A; exit 3 failed with exit code 3',
    ],
    [{kind: 'env', value: 'A'}, 'the secret env:A does not hold a URL such as postgres://user@host:5432/database'],
  ] as const)('names %o and keeps its value to itself', async (reference, message) => {
    const error = await refusal(reference, {A: SECRET, EMPTY: ''});
    expect(error.code).toBe('CF-PLAN-003');
    expect(error.message).toBe(message);
    expect(error.next).toBeTruthy();
    expect(shown(error)).not.toContain(SECRET);
  });

  it('answers a URL that prints without its password', async () => {
    const url = await resolveDatabaseUrl({kind: 'env', value: 'A'}, {A: `postgres://me:${SECRET}@db/shop`});
    expect(`${url.toString()} ${JSON.stringify({url})}`).not.toContain(SECRET);
    expect(url.reveal()).toContain(SECRET);
  });
});

describe('parseSecret', () => {
  it.each([
    ['env:SOURCE_URL', {kind: 'env', value: 'SOURCE_URL'}],
    ['file:/run/secrets/url', {kind: 'file', value: '/run/secrets/url'}],
    ['exec:vault read -field=url db', {kind: 'exec', value: 'vault read -field=url db'}],
    ['postgres://me@db/shop', {kind: 'literal', value: 'postgres://me@db/shop'}],
    ['mariadb://me@db/shop', {kind: 'literal', value: 'mariadb://me@db/shop'}],
  ])('takes %s', (text, reference) => {
    expect(parseSecret(text)).toEqual(reference);
  });

  it.each(['SOURCE_URL', 'env:', 'env:A B', 'file:secret', 'exec:', 'oracle://me@db/shop', '', `postgres://me:${SECRET}@db/shop`])(
    'refuses %s',
    (text) => {
      const answer = parseSecret(text);
      expect(answer).toHaveProperty('refused');
      expect(JSON.stringify(answer)).not.toContain(SECRET);
    },
  );
});

describe('carriesPassword', () => {
  it.each(['postgres://u:p@h/d', 'postgres://h/d?password=p', 'postgres://h/d?user=u&sslpassword=p', 'postgres://u:p@h one,h two/d'])(
    'sees it in %s',
    (text) => {
      expect(carriesPassword(text)).toBe(true);
    },
  );

  it.each(['postgres://u@h:5432/d', 'https://h/x@y', 'env:A', '10:30', ''])('does not see one in %s', (text) => {
    expect(carriesPassword(text)).toBe(false);
  });
});
