/** A change in place: expanded, given up, begun again, filled with a crash on the way, and contracted. */
import {dirname} from 'node:path';
import {test} from 'vitest';
import {openChangeStory} from '../../support/change-story.ts';
import {BACKFILL, SCHEMA} from '../../support/order-writer.ts';
import {keepJournal} from './keep-journal.ts';
import {endsWith, typed} from './steps.ts';

const ADD_CHANNEL = {
  'add-column': {table: 'shop.orders', column: 'channel', type: 'text', backfill: BACKFILL, default: "'web'", notNull: true},
};

test('a column is added', async () => {
  await using story = await openChangeStory([ADD_CHANNEL]);
  await story.database.run(...SCHEMA);
  await story.killAt({kind: 'sql.send', label: 'UPDATE crossfade.chunk SET state', times: 3}, ['run', story.planFile]);
  const runner = story.start(['resume']);
  await story.untilFact('the approval is asked for', (fact) => fact.type === 'gate-verdict' && fact.phase === 'contract');
  await typed(story, 'approve', 'approval', '--yes');
  await endsWith(runner, 0);
  await keepJournal('expand-contract', dirname(story.planFile), [story.database.url]);
});
