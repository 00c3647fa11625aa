/**
 * The operations of plans/reshape-orders.yaml in one run, under the writes of two versions of an application: forward,
 * back, and forward again, with the runner killed in expand, sync, backfill and twice in contract.
 */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {atContract, type ChangeStory, openChangeStory} from '../support/change-story.ts';
import {ReshapeWriter, SCHEMA} from '../support/reshape-writer.ts';
import type {At} from '../support/runner-effects.ts';

const {operations} = parse(readFileSync('plans/reshape-orders.yaml', 'utf8')) as {readonly operations: readonly unknown[]};

/** In the order in which a run meets them. */
const EXPANDING: readonly At[] = [
  {kind: 'sql.send', label: 'index: CREATE INDEX CONCURRENTLY'},
  {kind: 'sql.reply', label: 'CREATE FUNCTION crossfade'},
  {kind: 'sql.send', label: 'UPDATE crossfade.chunk SET state', times: 2},
];
const CONTRACTING: readonly At[] = [
  {kind: 'sql.reply', label: 'VALIDATE CONSTRAINT'},
  {kind: 'sql.reply', label: 'DROP COLUMN "placed"'},
];

test('many operations at once: forward, back, and forward again, killed on the way, while two versions write', {
  timeout: 600_000,
}, async () => {
  await using story = await openChangeStory(operations);
  await story.database.run(...SCHEMA);
  const before = await shape(story);
  const writer = new ReshapeWriter(story.database.url, 7);
  await writer.start();

  const aborted = await atContract(story, ['run', story.planFile]);
  await writer.deploy('old', 'new');
  await writer.deploy('old');
  expect((await story.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
  expect(await aborted.ended).toBe(6);
  expect(await shape(story)).toBe(before);

  const [first, ...others] = EXPANDING;
  if (first) await story.killAt(first, ['run', story.planFile]);
  for (const at of others) await story.killAt(at);
  const waiting = await atContract(story, ['resume']);
  await writer.deploy('old', 'new');
  await writer.deploy('new');
  await waiting.kill9();
  await story.database.run('create view shop.sums as select sum from shop.orders');
  expect((await story.type('approve', 'approval', '--yes', '--reason', 'the new version is out')).code).toBe(0);
  const refused = story.start(['resume']);
  expect([await refused.ended, refused.lastWords()]).toEqual([4, expect.stringContaining('view shop.sums')]);
  await story.database.run('drop view shop.sums');
  for (const at of CONTRACTING) await story.killAt(at);
  const completed = story.start(['resume']);
  expect(await completed.ended, completed.lastWords()).toBe(0);
  await writer.stop();

  const found = await story.database.rows('select id, total, placed_on, note from shop.orders order by id');
  expect(found.map((row) => row.join(' '))).toEqual(writer.expected());
  expect(await shape(story)).toBe(AFTER);
});

/** Everything that the operations change, and everything of ours that would be left on the application's way. */
const shape = ({database}: ChangeStory) =>
  database.value(`
    select string_agg(line, E'\\n' order by line collate "C") from (
      select attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
        from pg_attribute where attrelid in ('shop.orders'::regclass, 'shop.people'::regclass) and attnum > 0 and not attisdropped
      union all select pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' INVALID' end
        from pg_index where indrelid in ('shop.orders'::regclass, 'shop.people'::regclass)
      union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'shop'::regnamespace and contype not in ('n', 'p')
      union all select 'trigger ' || tgname from pg_trigger where tgname like '%crossfade%'
      union all select 'function ' || proname from pg_proc where proname like 'in_step%'
      union all select 'statistics ' || stxname from pg_statistic_ext
    ) as lines (line)`);

const AFTER = [
  'CREATE INDEX orders_placed_on ON shop.orders USING btree (placed_on DESC)',
  'CREATE UNIQUE INDEX orders_pkey ON shop.orders USING btree (id)',
  'CREATE UNIQUE INDEX people_pkey ON shop.people USING btree (id)',
  'orders_person FOREIGN KEY (person) REFERENCES shop.people(id)',
  'orders_pieces CHECK ((pieces > 0))',
  'shop.orders.id integer not null',
  'shop.orders.note jsonb',
  'shop.orders.person integer not null',
  'shop.orders.pieces integer',
  'shop.orders.placed_on date',
  'shop.orders.total numeric(12,2) not null',
  'shop.people.id integer not null',
  'statistics orders_by_person',
]
  .toSorted()
  .join('\n');
