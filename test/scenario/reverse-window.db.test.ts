/** The plan's reverse window: the way back is not given up before its end, by whatever way somebody asks for it. */
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from '../support/effects.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {expectRefused, isPhaseEnded, isPhaseStarted, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

const USAGE = 2;

test('complete waits for the end of the window; a restart does not begin it anew, and an amended plan ends it', async () => {
  await using story = await openLetters('window', {plan: {reverse: {window: '1h'}}});
  story.start(['run', story.planFile]);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  const {until} = await windowOf(story);
  expectRefused(await story.type('complete', '--confirm', 'window', '--json'), 'CF-VERB-002', USAGE, until);

  const asked = await recordComplete(story);
  await story.untilFact('the refusal', (fact) => fact.type === 'signal-refused' && fact.seq === asked);
  await story.killRunner();
  const runner = story.start(['resume']);
  await untilTrue('a second runner', async () => (await story.facts()).filter(({type}) => type === 'runner-started').length === 2);
  const again = await recordComplete(story);
  await story.untilFact('the second refusal', (fact) => fact.type === 'signal-refused' && fact.seq === again);
  expect(await windowOf(story)).toMatchObject({kind: 'window', until});
  expect((await story.facts()).filter(isPhaseEnded('reverse-window'))).toEqual([]);
  // The target's writes go back as before: nothing of the way back was given up.
  await story.target.run(`INSERT INTO post.visits VALUES ('2031-01-01', 1, 1)`);
  await untilTrue(
    'the way back carries it',
    async () => (await story.source.value(`SELECT count(*) FROM post.visits WHERE day = '2031-01-01'`)) === '1',
  );

  await runner.stop();
  const amended = story.writePlan('plan.yaml', {reverse: {window: '0s'}});
  expect(await story.type('amend', amended, '--reason', 'the way back is not wanted', '--yes')).toMatchObject({code: 0});
  const last = story.start(['resume']);
  await story.untilFact('the last runner', (fact) => fact.type === 'runner-started' && fact.epoch === 3);
  const sums = await bothChecksums(story);
  expect(sums.target).toEqual(sums.source);
  expect(await story.type('complete', '--confirm', 'window')).toMatchObject({code: 0});
  expect(await last.ended, last.lastWords()).toBe(0);
});

const windowOf = async (story: Story): Promise<{readonly until: string}> => {
  const {output} = await story.type('status', '--json');
  // The document's form is an interface.
  return (JSON.parse(output) as {waitingFor: {until: string}}).waitingFor;
};

/** As another program would that writes the signal without asking whether it fits. */
async function recordComplete(story: Story): Promise<number> {
  const store = await openStateStore(join(story.folder, 'state'), realEffects());
  try {
    const newest = (await store.migrations()).at(-1);
    const journal = await store.open(newest?.id ?? '');
    const actor = {kind: 'person', name: 'somebody', authenticated: false} as const;
    return (await journal.append({type: 'signal', signal: {type: 'complete'}, actor, reason: undefined})).seq;
  } finally {
    await store.close();
  }
}
