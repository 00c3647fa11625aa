/**
 * While the copy stands between two chunks, rows change their keys from what was read to what was not and the other way,
 * and their 20 kB texts, which did not change, are not in the change stream (H-1, H-6, copy-model §3). Once more after
 * the cutover, on the way back.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseStarted, type Story} from '../support/story.ts';
import type {StoryDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

/** Every 20th letter has the large text; the first chunks hold the low codes. */
const move = (from: number, to: string) => `UPDATE post.letters SET code = '${to}' WHERE code = 'L${String(from).padStart(6, '0')}'`;

const FROM_READ_TO_UNREAD = [20, 40, 60, 80, 100].map((number) => move(number, `L9${number}`));
const FROM_UNREAD_TO_READ = [3900, 3920, 3940, 3960].map((number) => move(number, `L0000${number}x`));
const AND_MORE = [
  // There and back, so that the row is where it was and its events are not.
  move(120, 'L9120'),
  `UPDATE post.letters SET code = 'L000120' WHERE code = 'L9120'`,
  // Two rows change places by way of a third.
  move(140, 'L9140'),
  move(3880, 'L000140'),
  `UPDATE post.letters SET code = 'L003880' WHERE code = 'L9140'`,
  // Moved, then changed, then gone; gone, then there again without its text's old event.
  move(160, 'L9160'),
  `UPDATE post.letters SET subject = 'changed after the move' WHERE code = 'L9160'`,
  move(180, 'L9180'),
  `DELETE FROM post.letters WHERE code = 'L9180'`,
  `DELETE FROM post.letters WHERE code = 'L003860'`,
  `INSERT INTO post.letters VALUES ('L003860', 1, 'again', repeat('x', 20000))`,
  `UPDATE post.letters SET subject = 'and again' WHERE code = 'L003860'`,
  `UPDATE post.visits SET day = day + 1000 WHERE person % 2 = 0`,
];

async function untilTheCopyStands(story: Story, file: string, act: 'run' | 'resume' = 'run'): Promise<void> {
  story.start([act, ...(act === 'run' ? [story.planFile] : [])], {
    kind: 'copy.end',
    label: 'copy: COPY (SELECT "code"',
    times: 2,
    act: 'wait',
    file,
  });
  await untilTrue('the second chunk of the letters was read', () => existsSync(`${file}.reached`));
}

test('keys move between read and unread chunks, in both directions, with untouched large texts (H-1)', async () => {
  await using story = await openLetters('moved', {plan: {load: {parallel: 1, chunk: '1KiB'}}});
  const file = join(story.folder, 'stand');
  await untilTheCopyStands(story, file);
  await story.source.run(...FROM_READ_TO_UNREAD, ...FROM_UNREAD_TO_READ, ...AND_MORE);
  writeFileSync(`${file}.go`, '');
  await expectSameAfterCutover(story);
});

test('the same, and the runner is killed with the moved rows half copied (H-6)', async () => {
  await using story = await openLetters('moved-killed', {plan: {load: {parallel: 1, chunk: '1KiB'}}});
  const file = join(story.folder, 'stand');
  await untilTheCopyStands(story, file);
  await story.source.run(...FROM_READ_TO_UNREAD, ...FROM_UNREAD_TO_READ);
  writeFileSync(`${file}.go`, '');
  await story.untilFact('the copy is done', (fact) => fact.type === 'phase-started' && fact.phase === 'catch-up');
  await story.source.run(...AND_MORE, `UPDATE post.letters SET code = code || '-again' WHERE code LIKE 'L9%'`);
  await story.killRunner();
  story.start(['resume']);
  await expectSameAfterCutover(story);
});

async function expectSameAfterCutover(story: Story): Promise<void> {
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await expectSame(story);
  expect(await largeTexts(story.target)).toBe(await largeTexts(story.source));
  // The way back: the same on the new side, with every constraint in place.
  await story.target.run(
    `UPDATE post.letters SET code = 'T' || code WHERE length(body) > 10000 AND code < 'L001000'`,
    `UPDATE post.visits SET day = day + 5000 WHERE person % 3 = 0`,
    `DELETE FROM post.letters WHERE code LIKE 'TL0002%'`,
  );
  await expectSame(story);
}

const expectSame = (story: Story) =>
  untilTrue('both sides hold the same', async () => {
    const {source, target} = await bothChecksums(story);
    return JSON.stringify(source) === JSON.stringify(target);
  });

const largeTexts = ({value}: StoryDatabase) => value('SELECT count(*) FROM post.letters WHERE length(body) >= 20000');
