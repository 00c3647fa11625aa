/** Moves that come to their end: there and back again with a crash, with a cutover called off, with an amended plan. */
import {test} from 'vitest';
import {openLetters} from '../../support/letters.ts';
import {isPhaseEnded, isPhaseStarted} from '../../support/story.ts';
import {withNewestJournal} from './keep-journal.ts';
import {atTheGate, cutOver, ended, endsWith, plan, record, SECOND_CHUNK, typed} from './steps.ts';

test('there and back', async () => {
  const name = 'there-and-back';
  await using story = await openLetters(name, {plan});
  await story.killAt(SECOND_CHUNK, ['run', story.planFile]);
  const runner = story.start(['resume']);
  await atTheGate(story);
  await typed(story, 'pause', '--yes');
  await story.untilFact('the pause', ({type}) => type === 'paused');
  await typed(story, 'resume');
  await story.untilFact('the end of the pause', ({type}) => type === 'resumed');
  await typed(story, 'verify');
  await cutOver(story, name, 1);
  await typed(story, 'reverse', '--confirm', name);
  await ended(story, 'reverse-cutover', 1);
  await cutOver(story, name, 2);
  await typed(story, 'complete', '--confirm', name);
  await endsWith(runner, 0);
  await record(story, name);
});

test('a cutover that was called off, because a transaction stayed open', async () => {
  const name = 'called-off';
  await using story = await openLetters(name, {plan: {...plan, cutover: {start: 'manual', stallBudget: '2s'}}});
  const runner = story.start(['run', story.planFile]);
  await atTheGate(story);
  await typed(story, 'approve', 'approval', '--yes');
  await story.source.run('BEGIN', 'UPDATE post.visits SET visits = visits + 1 WHERE person = 1');
  await typed(story, 'cutover', '--confirm', name);
  await story.untilFact('the way back to catch-up', isPhaseEnded('cutover', 'back'));
  await story.source.run('COMMIT');
  await cutOver(story, name, 1);
  await typed(story, 'complete', '--confirm', name);
  await endsWith(runner, 0);
  await record(story, name);
});

test('an approval, a second thought, an early end, and another plan', async () => {
  const name = 'amended';
  await using story = await openLetters(name, {plan: {...plan, reverse: {window: '1h'}}});
  const first = story.start(['run', story.planFile]);
  await atTheGate(story);
  await typed(story, 'approve', 'approval', '--yes');
  await typed(story, 'reject', 'approval');
  await story.untilFact('the pause', ({type}) => type === 'paused');
  await typed(story, 'approve', 'approval', '--yes');
  await first.stop();
  await typed(story, 'amend', story.writePlan('plan.yaml', {cutover: {start: 'manual', stallBudget: '6s'}}), '--yes');
  const second = story.start(['resume']);
  await cutOver(story, name, 1);
  await story.untilFact('the reverse window', isPhaseStarted('reverse-window'));
  await completeUnasked(story.folder);
  await story.untilFact('the refusal', ({type}) => type === 'signal-refused');
  await second.stop();
  const last = {cutover: {start: 'manual', stallBudget: '6s'}, reverse: {window: '0s'}};
  await typed(story, 'amend', story.writePlan('plan.yaml', last), '--yes');
  const third = story.start(['resume']);
  await typed(story, 'complete', '--confirm', name);
  await endsWith(third, 0);
  await record(story, name);
});

/** As a program would that writes the signal without looking whether it fits. */
const completeUnasked = (folder: string) =>
  withNewestJournal(folder, (journal) =>
    journal.append({
      type: 'signal',
      signal: {type: 'complete'},
      actor: {kind: 'person', name: 'bob', authenticated: false},
      reason: undefined,
    }),
  );
