import {existsSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import {openStateStore} from './state-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossfade-state-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, {recursive: true, force: true});
});

const opened = async (state: string | undefined) => (await openStateStore(state, recordingEffects())).close();

test('a folder given by the user wins', async () => {
  vi.stubEnv('CROSSFADE_STATE', join(folder, 'environment'));
  await opened(join(folder, 'given'));
  expect([existsSync(join(folder, 'given', 'journal.sqlite')), existsSync(join(folder, 'environment'))]).toEqual([true, false]);
});

test('then the environment', async () => {
  vi.stubEnv('CROSSFADE_STATE', join(folder, 'environment'));
  await opened(undefined);
  expect(existsSync(join(folder, 'environment', 'journal.sqlite'))).toBe(true);
});

test('an address of another kind is refused without being shown', async () => {
  const error: unknown = await openStateStore('mysql://me:canary-secret@host/db', recordingEffects()).catch((reason: unknown) => reason);
  expect(error).toMatchObject({code: 'CF-USAGE-001'});
  expect(String(error)).not.toContain('canary-secret');
});
