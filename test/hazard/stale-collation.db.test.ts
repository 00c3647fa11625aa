/** The library that orders texts was replaced beneath a server: its indexes may be out of order, and nothing says so (H-50). */
import {expect, test} from 'vitest';
import {openLetters} from '../support/letters.ts';

const OF_A_LIBRARY = `collversion IS NOT NULL AND collversion = pg_collation_actual_version(oid)`;

test('a collation of another version than its indexes were made with is named, with what to do (H-50)', async () => {
  await using story = await openLetters('collation');
  const name = await story.source.value(`SELECT quote_ident(min(collname)) FROM pg_collation WHERE ${OF_A_LIBRARY}`);
  const told = async (): Promise<string> => (await story.type('assess', story.planFile)).output;
  expect(await told()).not.toContain(`collation ${name} on the source`);
  await story.source.run(`UPDATE pg_collation SET collversion = '0.1' WHERE collname = '${name?.replaceAll('"', '')}'`);
  expect(await told()).toMatch(new RegExp(`collation ${name} on the source: was version 0\\.1 .*REFRESH VERSION`, 's'));
});
