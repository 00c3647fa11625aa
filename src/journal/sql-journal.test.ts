import {mkdtemp, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {durableJournalContract} from '../../test/conformance/durable-journal.ts';
import {journalContract} from '../../test/conformance/journal.ts';
import {fakeClock} from '../../test/support/clock.ts';
import {realEffects, recordingEffects} from '../../test/support/effects.ts';
import type {Clock} from '../model/effects.ts';
import {TerminalError, TransientError} from '../model/errors.ts';
import {verifyChain} from './chain.ts';
import {openSqliteState} from './sqlite-state.ts';

const newFolder = () => mkdtemp(join(tmpdir(), 'crossfade-journal-'));
const remove = (folder: string) => rm(folder, {recursive: true, force: true});

async function place() {
  const folder = await newFolder();
  const state = join(folder, 'state');
  return {state, open: (effects: Parameters<typeof openSqliteState>[1]) => openSqliteState(state, effects), remove: () => remove(folder)};
}

journalContract('a journal in SQLite', place);
durableJournalContract('a journal in SQLite, among processes', place);

describe('the file of a journal in SQLite', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => remove(folder));
  const file = () => join(folder, 'state', 'journal.sqlite');
  const open = (effects = realEffects()) => openSqliteState(join(folder, 'state'), effects);

  test('is in a folder for the owner alone', async () => {
    await (await open()).close();
    expect(((await stat(join(folder, 'state'))).mode & 0o777).toString(8)).toBe('700');
  });

  test('is written ahead and synchronised with every commit', async () => {
    const store = await open();
    await store.create('m1', 'shop');
    await store.close();
    const database = new DatabaseSync(file());
    expect(database.prepare('pragma journal_mode').get()).toEqual({journal_mode: 'wal'});
    database.close();
  });

  test.each(['fact', 'at', 'previous', 'hash', 'seq'])('a changed %s in the file is found', async (column) => {
    const store = await open();
    const journal = await store.create('m1', 'shop');
    for (const text of ['a', 'b', 'c']) await journal.append({type: 'note', text});
    tamper(`update entry set ${column} = ${TAMPERED[column]} where seq = 2`);
    const faults = verifyChain('m1', await journal.entries());
    await store.close();
    expect(faults).not.toEqual([]);
  });

  test('a text that is no fact is an error of its own', async () => {
    const store = await open();
    const journal = await store.create('m1', 'shop');
    await journal.append({type: 'note', text: 'a'});
    tamper(`update entry set fact = '{"text":'`);
    await expect(journal.entries()).rejects.toMatchObject({code: 'CF-STATE-002'});
    tamper(`update entry set fact = '[1]'`);
    await expect(journal.entries()).rejects.toMatchObject({code: 'CF-STATE-002'});
    await store.close();
  });

  test('a writer waits for another to finish', async () => {
    const other: {database?: DatabaseSync} = {};
    const sleeping = sleeper(() => other.database?.exec('commit'));
    const store = await open(recordingEffects({clock: sleeping}));
    const journal = await store.create('m1', 'shop');
    other.database = held();
    expect((await journal.append({type: 'note', text: 'in time'})).seq).toBe(1);
    expect(sleeping.monotonicMs()).toBe(1_000);
    other.database.close();
    await store.close();
  });

  test('a writer gives up on one that was stopped, and says so', async () => {
    const sleeping = sleeper(() => {});
    const store = await open(recordingEffects({clock: sleeping}));
    const journal = await store.create('m1', 'shop');
    const other = held();
    const error: unknown = await journal.append({type: 'note', text: 'too late'}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({code: 'CF-STATE-001', next: expect.stringContaining('stopped')});
    expect(sleeping.monotonicMs()).toBe(16_000);
    other.close();
    await store.close();
  });

  test('a file that is no database is refused by name', async () => {
    await (await open()).close();
    await writeFile(file(), 'not a database, but long enough to have a header of its own'.repeat(10));
    await expect(open()).rejects.toThrow(TerminalError);
    await expect(open()).rejects.toThrow(file());
  });

  test('a folder that cannot be made is refused by name', async () => {
    await writeFile(join(folder, 'state'), 'a file in the way');
    await expect(open()).rejects.toMatchObject({code: 'CF-STATE-001'});
  });

  /** Another process in the middle of an append. */
  function held(): DatabaseSync {
    const database = new DatabaseSync(file());
    database.exec('begin immediate');
    return database;
  }

  function tamper(statement: string): void {
    const database = new DatabaseSync(file());
    database.exec(statement);
    database.close();
  }
});

/** Each sleep takes a second, at once. */
function sleeper(onSleep: () => void): Clock {
  let elapsedMs = 0;
  return {
    ...fakeClock(),
    monotonicMs: () => elapsedMs,
    sleep: async () => {
      elapsedMs += 1_000;
      onSleep();
    },
  };
}

const TAMPERED: Readonly<Record<string, string>> = {
  fact: `'{"type":"note","text":"B"}'`,
  at: `'2000-01-01T00:00:00.000Z'`,
  previous: `'${'f'.repeat(64)}'`,
  hash: `'${'f'.repeat(64)}'`,
  seq: '9',
};
