/** The journal of a story's newest migration, made neutral and kept where the recording was asked for. */
import {join} from 'node:path';
import type {Journal} from '../../../src/journal/journal.ts';
import {openStateStore} from '../../../src/journal/state-store.ts';
import {realEffects} from '../../support/effects.ts';
import {neutral} from '../neutral.ts';
import {keep} from '../recordings.ts';

/** `urls` are the addresses whose passwords must not be in it. */
export async function keepJournal(name: string, folder: string, urls: readonly string[]): Promise<void> {
  const to = process.env['REPLAY_RECORD_TO'];
  if (to === undefined) throw new Error('journals are recorded by `npm run replay:record`');
  await withNewestJournal(folder, async (journal) => {
    const secrets = urls.map((url) => new URL(url).password);
    keep(to, name, journal.migration, neutral(journal.migration, await journal.entries(), folder, secrets));
  });
}

/** `folder` is the story's. */
export async function withNewestJournal(folder: string, act: (journal: Journal) => Promise<unknown>): Promise<void> {
  const store = await openStateStore(join(folder, 'state'), realEffects());
  try {
    await act(await store.open((await store.migrations()).at(-1)?.id ?? ''));
  } finally {
    await store.close();
  }
}
