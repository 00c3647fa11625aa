import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import {created, runner, started, through} from '../../test/support/journal-facts.ts';
import type {Journal, JournalStore} from '../journal/journal.ts';
import {openStateStore} from '../journal/state-store.ts';
import {SeenRuns} from './seen-runs.ts';

/** Which entries were asked for, by every look. */
function counted(store: JournalStore): {readonly store: JournalStore; readonly asked: (number | undefined)[]} {
  const asked: (number | undefined)[] = [];
  const open = async (id: string): Promise<Journal> => {
    const journal = await store.open(id);
    return {migration: id, append: (fact) => journal.append(fact), entries: (after) => (asked.push(after), journal.entries(after))};
  };
  const {migrations, report} = {migrations: () => store.migrations(), report: (id: string) => store.report(id)};
  return {store: {...store, migrations, report, open}, asked};
}

test('a look reads what was appended since the last one, and says the same as a first look', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-seen-'));
  const effects = recordingEffects();
  const real = await openStateStore(folder, effects);
  try {
    const journal = await real.create('m1', 'shop-17-to-18');
    const {store, asked} = counted(real);
    const seen = new SeenRuns(store, effects.clock);
    expect(await seen.look()).toEqual([]);
    for (const fact of [created, runner(1), ...through('assess')]) await journal.append(fact);
    const [first] = await seen.look();
    expect(first?.state).toMatchObject({phase: 'prepare-target', head: {seq: 4}});
    const [again] = await seen.look();
    expect(again?.state).toBe(first?.state);
    await journal.append(started('prepare-target'));
    expect(await seen.look()).toEqual(await new SeenRuns(real, effects.clock).look());
    expect(asked).toEqual([0, 0, 4, 4]);
  } finally {
    await real.close();
    rmSync(folder, {recursive: true});
  }
});
