import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {readEnvironment} from './project-file.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'crossfade-project-'))));
afterEach(() => rmSync(folder, {recursive: true}));

const write = (text: string): string => {
  writeFileSync(join(folder, 'crossfade.yaml'), text);
  return join(folder, 'crossfade.yaml');
};

it('is found above the working folder, and says what stands for a variable', async () => {
  const file = write('environments: {staging: {ORDERS_URL: env:STAGING_ORDERS_URL}}');
  mkdirSync(join(folder, 'a', 'b'), {recursive: true});
  expect(await readEnvironment('staging', undefined, join(folder, 'a', 'b'))).toEqual({
    name: 'staging',
    file,
    references: {ORDERS_URL: {kind: 'env', value: 'STAGING_ORDERS_URL'}},
  });
});

it('names the environment that was meant, and takes no word of the language for one', async () => {
  const file = write('environments: {staging: {}}');
  await expect(readEnvironment('stagin', file, folder)).rejects.toMatchObject({
    code: 'CF-ENV-001',
    message: expect.stringContaining('did you mean staging?'),
  });
  await expect(readEnvironment('constructor', file, folder)).rejects.toMatchObject({code: 'CF-ENV-001'});
});

it('tells each fault with its place, and never a password', async () => {
  const file = write('environments:\n  staging:\n    ORDERS_URL: postgres://me:canary-secret@db/orders\n    1ST: env:A\nenviroments: {}\n');
  const error: Error = await readEnvironment('staging', file, folder).then(
    () => new Error('it was read'),
    (refused: Error) => refused,
  );
  expect(error).toMatchObject({code: 'CF-ENV-001'});
  expect(error.message).toContain(`${file}:3:17 environments.staging.ORDERS_URL: `);
  expect(error.message).toContain(`${file}:4:5 `);
  expect(error.message).toContain('enviroments: is not a known key; did you mean environments?');
  expect(error.message).not.toContain('canary-secret');
});

it('has to be there', async () => {
  await expect(readEnvironment('staging', join(folder, 'none.yaml'), folder)).rejects.toMatchObject({code: 'CF-ENV-001'});
  await expect(readEnvironment('staging', undefined, folder)).rejects.toMatchObject({message: expect.stringContaining('or above it')});
});
