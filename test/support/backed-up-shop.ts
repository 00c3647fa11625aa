/** A small shop that is backed up while somebody writes, for the hooks that restore it. */
import {expect} from 'vitest';
import {type StoryDatabase, storyDatabase} from './story-database.ts';

export const TABLES = ['shop.orders', 'shop.none'];
export const WHOLE = {go: true, evidence: expect.stringMatching(/, taken .* ago, restored: 2 tables equal$/)};
/** Of its rows so many only came back. */
export const lacking = (rows: number, table = 'shop.orders') => ({
  go: false,
  evidence: expect.stringMatching(`${table} has ${rows} rows restored, \\d+ in the source`),
});

export const filled = (database: StoryDatabase): Promise<void> =>
  database.run(
    'CREATE SCHEMA shop',
    'CREATE TABLE shop.orders (id serial PRIMARY KEY, note text, total numeric, at timestamptz)',
    `INSERT INTO shop.orders (note, total, at) SELECT 'note|' || i, i / 7.0, now() FROM generate_series(1, 500) i`,
    'CREATE TABLE shop.none (id int PRIMARY KEY)',
  );

/** Writes all the while, one row at a time. */
export async function whileWriting<T>(url: string, insert: string, act: () => Promise<T>): Promise<T> {
  const writer = await storyDatabase(url);
  let isOver = false;
  let written = 0;
  const writing = (async () => {
    for (; !isOver; written += 1) await writer.run(insert);
  })();
  try {
    return await act();
  } finally {
    isOver = true;
    await writing;
    await writer.close();
    expect(written).toBeGreaterThan(0);
  }
}
export const NEW_ORDER = `INSERT INTO shop.orders (note) VALUES ('new')`;
