/**
 * A column is added while two versions of an application write: forward, back, and forward again, with the runner killed
 * in every phase. Every value that the application gave is there at the end, and every other row has the derived one.
 */
import {expect, test} from 'vitest';
import type {JournalFact} from '../../src/journal/journal.ts';
import {type ChangeStory, openChangeStory} from '../support/change-story.ts';
import {BACKFILL, OrderWriter, SCHEMA} from '../support/order-writer.ts';
import type {At} from '../support/runner-effects.ts';
import {isPhaseEnded} from '../support/story.ts';
import {workflows} from '../../workflows/workflows.ts';
import {untilTrue} from '../support/until.ts';

const send = (label: string, times = 1): At => ({kind: 'sql.send', label, times});
const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label, times});

const ADD_CHANNEL = {
  'add-column': {table: 'shop.orders', column: 'channel', type: 'text', backfill: BACKFILL, default: "'web'", notNull: true},
};

/** In the order in which a run meets them. */
const EXPANDING: readonly At[] = [
  reply('alter: ALTER TABLE "shop"."orders" ADD COLUMN'),
  reply('alter: COMMIT'),
  send('UPDATE crossfade.chunk SET state', 3),
  reply('fill 4: COMMIT'),
];
const CONTRACTING: readonly At[] = [
  reply('alter: ALTER TABLE "shop"."orders" ADD CONSTRAINT'),
  send('alter: ALTER TABLE "shop"."orders" ALTER COLUMN "channel" SET NOT'),
  reply('alter: COMMIT', 3),
];

test('forward, back, and forward again, killed in every phase, while two versions write', {timeout: 600_000}, async () => {
  await using story = await openChangeStory([ADD_CHANNEL]);
  await story.database.run(...SCHEMA);
  const writer = new OrderWriter(story.database.url, 5);
  await writer.start();

  await story.killAt(reply('CREATE SCHEMA IF NOT EXISTS crossfade'), ['run', story.planFile]);
  for (const at of EXPANDING) await story.killAt(at);
  const waiting = await atContract(story, ['resume']);
  expect(await keptChunks(story)).toBeGreaterThanOrEqual(4);
  await writer.deploy('old', 'new');
  expect(await rows(story)).toBe('0');
  await writer.deploy('old');
  expect((await story.type('verify')).error).toContain('there is no other side to compare it with');
  expect((await story.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
  expect(await waiting.ended).toBe(6);
  expect(await traces(story)).toEqual([]);
  writer.forgetOwnValues();

  const again = await atContract(story, ['run', story.planFile]);
  await writer.deploy('old', 'new');
  await writer.deploy('new');
  await again.kill9();
  const [first, ...others] = CONTRACTING;
  expect((await story.type('approve', 'approval', '--yes', '--reason', 'the new version is out')).code).toBe(0);
  if (first) await story.killAt(first);
  for (const at of others) await story.killAt(at);
  expect(await story.start(['resume']).ended).toBe(0);
  await writer.stop();

  const found = await story.database.rows('select id, note, channel, touched from shop.orders order by id');
  expect(found.map((row) => row.join(' '))).toEqual(writer.expected());
  expect(
    await story.database.rows(
      `select is_nullable, column_default from information_schema.columns where table_name = 'orders' and column_name = 'channel'`,
    ),
  ).toEqual([['NO', "'web'::text"]]);
  expect(await leftovers(story)).toEqual([]);
});

test('what stands in the way is told before anything is changed, and what would be done', async () => {
  await using story = await openChangeStory([ADD_CHANNEL]);
  const refused = await story.type('doctor', story.planFile);
  expect([refused.code, refused.output]).toEqual([4, expect.stringContaining('shop.orders: is not there')]);
  await story.database.run(...SCHEMA);
  const fit = await story.type('doctor', story.planFile);
  expect([fit.code, fit.output]).toEqual([0, expect.stringMatching(/^database: PostgreSQL .*\n1 tables can be changed\n$/)]);
  expect(JSON.parse((await story.type('plan', story.planFile, '--json')).output)).toMatchObject({
    phases: workflows['expand-contract'].phases.map((phase) => ({phase})),
  });
  expect(await traces(story)).toEqual([]);
});

/** A runner that waits for the approval, with everything expanded and filled. */
async function atContract(story: ChangeStory, words: readonly string[]) {
  const runner = story.start(words);
  await untilTrue('the approval is asked for', async () => {
    if (!runner.isRunning) throw new Error(runner.lastWords());
    const facts = await story.facts();
    return facts.some(isApprovalAsked) && !facts.some(isAborted);
  });
  expect(JSON.parse((await story.type('status', '--json')).output)).toMatchObject({
    phase: 'contract',
    state: 'waiting',
    waitingFor: {kind: 'gates'},
  });
  return runner;
}

const isApprovalAsked = (fact: JournalFact): boolean => fact.type === 'gate-verdict' && fact.phase === 'contract' && !fact.verdict.go;

/** Of the run before: the new one is not on record yet. */
const isAborted = (fact: JournalFact): boolean => fact.type === 'phase-ended' && fact.outcome === 'abort';

/** Done before the runner that finished the backfill. */
async function keptChunks(story: ChangeStory): Promise<number> {
  const end = (await story.facts()).findLast(isPhaseEnded('backfill'));
  return end?.type === 'phase-ended' ? Number(end.evidence['kept']) : 0;
}

/** Rows without a value. */
const rows = ({database}: ChangeStory) => database.value('select count(*) from shop.orders where channel is null');

const TRIGGERS_AND_CHECKS = `
  select tgname from pg_trigger where tgname like '%crossfade%'
  union all select conname from pg_constraint where conname like 'crossfade%'
  union all select proname from pg_proc where proname like 'in_step%'`;

/** What a completed change may not leave on the application's way. */
const leftovers = ({database}: ChangeStory) => database.rows(TRIGGERS_AND_CHECKS);

const traces = ({database}: ChangeStory) =>
  database.rows(`${TRIGGERS_AND_CHECKS} union all select nspname from pg_namespace where nspname = 'crossfade'
    union all select attname from pg_attribute where attname = 'channel'`);
