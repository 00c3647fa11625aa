/**
 * plans/widen-key.yaml under the writes of an application that knows nothing of it, and of one that writes the wider
 * columns: forward, back, and forward again, with the runner killed in every phase. Nothing is lost, all names are what
 * they were, and the next number is one that an integer could not hold.
 */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {atContract, type ChangeStory, openChangeStory} from '../support/change-story.ts';
import {KeyWriter, SCHEMA} from '../support/key-writer.ts';
import type {At} from '../support/runner-effects.ts';

const {operations} = parse(readFileSync('plans/widen-key.yaml', 'utf8')) as {readonly operations: readonly unknown[]};

const send = (label: string, times = 1): At => ({kind: 'sql.send', label, times});
const reply = (label: string, times = 1): At => ({kind: 'sql.reply', label, times});

/** In the order in which a run meets them. */
const EXPANDING: readonly At[] = [
  reply('alter: ALTER TABLE "shop"."lines" ADD COLUMN'),
  reply('index: CREATE UNIQUE INDEX CONCURRENTLY "lines_pkey_new"'),
  reply('CREATE FUNCTION crossfade', 2),
  send('UPDATE crossfade.chunk SET state', 3),
];
const CONTRACTING: readonly At[] = [
  reply('ADD CONSTRAINT "lines_order_new"'),
  reply('VALIDATE CONSTRAINT "lines_order'),
  reply('alter: ALTER TABLE "shop"."lines" RENAME COLUMN'),
  reply('alter: COMMIT', 3),
];

test('a key becomes wider: forward, back, and forward again, killed in every phase, while two versions write', {
  timeout: 600_000,
}, async () => {
  await using story = await openChangeStory(operations);
  await story.database.run(...SCHEMA);
  const before = await shape(story);
  const writer = new KeyWriter(story.database.url, 11);
  await writer.start();

  const aborted = await atContract(story, ['run', story.planFile]);
  await writer.deploy('narrow', 'wide');
  await writer.deploy('narrow');
  expect((await story.type('abort', '--yes', '--reason', 'second thoughts')).code).toBe(0);
  expect(await aborted.ended).toBe(6);
  expect(await shape(story)).toBe(before);

  const [first, ...others] = EXPANDING;
  if (first) await story.killAt(first, ['run', story.planFile]);
  for (const at of others) await story.killAt(at);
  const waiting = await atContract(story, ['resume']);
  await writer.deploy('narrow', 'wide');
  await writer.deploy('narrow');
  await waiting.kill9();
  await story.database.run('create view shop.ids as select id from shop.orders');
  expect((await story.type('approve', 'approval', '--yes', '--reason', 'it is time')).code).toBe(0);
  const refused = story.start(['resume']);
  expect([await refused.ended, refused.lastWords()]).toEqual([4, expect.stringContaining('view shop.ids')]);
  await story.database.run('drop view shop.ids');
  for (const at of CONTRACTING) await story.killAt(at);
  const completed = story.start(['resume']);
  expect(await completed.ended, completed.lastWords()).toBe(0);
  await writer.deploy('narrow');
  await writer.stop();

  expect(await shape(story)).toBe(wider(before));
  const {orders, lines} = writer.expected();
  expect(await texts(story, 'select id, parent, note from shop.orders order by id')).toEqual(orders);
  expect(await texts(story, 'select order_id, line, pieces from shop.lines order by order_id, line')).toEqual(lines);
  expect(
    await texts(story, 'select l.order_id, l.line, pieces from shop.lines l join shop.checks c using (order_id, line) order by 1, 2'),
  ).toEqual(lines);
  await story.database.run(`select setval('shop.orders_id_seq', 3000000001)`, `select setval('shop.checks_id_seq', 3000000001)`);
  await story.database.run(
    `insert into shop.orders (note) values ('beyond')`,
    'insert into shop.lines (order_id, line, pieces) select max(id), 1, 1 from shop.orders',
  );
  await story.database.run('insert into shop.checks (order_id, line) select max(id), 1 from shop.orders');
  expect(await texts(story, 'select max(id), max(order_id) from shop.checks')).toEqual(['3000000002 3000000004']);
});

test('what a wider key takes along must be named as it is', async () => {
  const [{'widen-key': whole} = {'widen-key': undefined}] = operations as readonly {readonly 'widen-key': Whole}[];
  if (!whole) throw new Error('the plan begins with a wider key');
  const [pkey, byParent, lines] = whole.indexes;
  await using story = await openChangeStory([
    {
      'widen-key': {
        ...whole,
        identity: 'always',
        with: whole.with.slice(1),
        foreignKeys: whole.foreignKeys.slice(1),
        indexes: [pkey, byParent, lines],
      },
    },
  ]);
  await story.database.run(...SCHEMA, `create function shop.newest() returns int language sql as 'select max(id) from shop.orders'`);
  const refused = await story.type('doctor', story.planFile);
  expect(refused.code).toBe(4);
  expect(refused.output).toContain('shop.orders.id: has by default identity');
  await story.database.run('alter table shop.orders alter id set generated always', 'create index hashed on shop.orders ((id % 7))');
  const {output} = await story.type('doctor', story.planFile);
  for (const missing of [
    'index shop.checks_one: is not in indexes as it is: USING btree (line, order_id)',
    'index shop.hashed: is not in indexes as it is: USING btree (((id % 7)))',
    'foreign key orders_parent: is not in foreignKeys as it is: FOREIGN KEY (parent) REFERENCES shop.orders(id) ON DELETE SET NULL',
  ])
    expect(output).toContain(missing);
  expect(await texts(story, `select nspname from pg_namespace where nspname = 'crossfade'`)).toEqual([]);
});

type Whole = Readonly<Record<'with' | 'foreignKeys' | 'indexes', readonly object[]>>;

const texts = async ({database}: ChangeStory, query: string) =>
  (await database.rows(query)).map((row) => row.map((cell) => cell ?? '').join(' '));

/** Every column that holds a key is wider; nothing else has changed. */
const wider = (before: string | null) =>
  before?.replaceAll(/^(column shop\.\w+\.(?:id|parent|order_id)|sequence \S+) integer/gm, '$1 bigint');

/** Everything that the operations change, and everything of ours that would be left on the application's way. */
const shape = ({database}: ChangeStory) =>
  database.value(`
    select string_agg(line, E'\\n' order by line collate "C") from (
      select 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
          || case attidentity when '' then '' else ' identity ' || attidentity::text end || coalesce(' default ' || pg_get_expr(adbin, adrelid), '')
        from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
        where attrelid in ('shop.orders'::regclass, 'shop.lines'::regclass, 'shop.checks'::regclass) and attnum > 0 and not attisdropped
      union all select pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' INVALID' end
        from pg_index where indrelid in ('shop.orders'::regclass, 'shop.lines'::regclass, 'shop.checks'::regclass)
      union all select conname || ' ' || pg_get_constraintdef(oid) || convalidated from pg_constraint where connamespace = 'shop'::regnamespace and contype <> 'n'
      union all select 'sequence ' || seqrelid::regclass || ' ' || format_type(seqtypid, null) || ' by ' || seqincrement || ' from ' || seqstart
          || ' of ' || coalesce((select string_agg(d.refobjid::regclass || '.' || a.attname, '') from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
             where d.objid = seqrelid and d.deptype in ('a', 'i')), 'nobody') from pg_sequence where seqrelid::regclass::text like 'shop.%'
      union all select 'trigger ' || tgname from pg_trigger where tgname like '%crossfade%'
      union all select 'function ' || proname from pg_proc where proname like 'in_step%'
    ) as lines (line)`);
