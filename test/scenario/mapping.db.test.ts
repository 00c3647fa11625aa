/**
 * Tables that look different on the target, there, back and forward again under writes: renamed tables and columns,
 * int → bigint keys, a split and a merged column, a transform, a constant, a column that stays behind, and one tenant of
 * several (H-109); with schema files written by hand, and with none.
 */
import {expect, test} from 'vitest';
import {expectMapped, LOSSY, MAPPING, openMapped, SOURCE} from '../support/mapped-story.ts';
import {MappedWriter} from '../support/mapped-writer.ts';
import type {Story} from '../support/story.ts';
import {thereAndBack} from '../support/there-and-back.ts';
import {untilTrue} from '../support/until.ts';

const GATES = {cutover: ['replication-lag', 'checksum-match', 'schema-match']};

test('tables of another shape are moved there, back and forward again, and nothing is lost', async () => {
  await using story = await openMapped('mapping', LOSSY);
  const writer = await writing(story, 7);
  await thereAndBack(story, 'mapping', story.planFile, async () => {
    const from = writer.writes;
    await untilTrue('the writer goes on', () => writer.writes > from + 100);
    expect((await story.type('verify', '--schema')).output, 'people have written it').toMatch(/^equal:/m);
  });
  await writer.stop();
  await expectMapped(story, writer);
});

test('the same without any schema file: the catalogue’s DDL follows the mapping, and both catalogues fit', async () => {
  await using story = await openMapped('mapping-catalog', {...LOSSY, schema: {kind: 'catalog'}, gates: GATES});
  const writer = await writing(story, 8);
  await thereAndBack(story, 'mapping-catalog', story.planFile, async (side) => {
    const from = writer.writes;
    await untilTrue('the writer goes on', () => writer.writes > from + 100);
    const compared = await story.type('verify', '--schema');
    expect(compared.output).toMatch(/^equal: \d\d+ objects/m);
    if (side === 'source') return;
    await story.target.run('DROP INDEX sales.orders_customer');
    expect((await story.type('verify', '--schema')).output).toContain('index sales.orders_customer is missing on the target');
    await story.target.run('CREATE INDEX orders_customer ON sales.purchases (buyer)');
  });
  await writer.stop();
  await expectMapped(story, writer);
  expect(await story.target.value(`SELECT pg_get_viewdef('crm.titles'::regclass)`)).toContain('FROM sales.purchases');
  expect(await story.target.value(`SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'titled'`)).toContain("title <> ''");
});

test('what cannot follow its columns is refused by name before anything is done', async () => {
  await using story = await openMapped('mapping-stuck', {...LOSSY, schema: {kind: 'catalog'}});
  await story.source.run(
    SOURCE,
    `CREATE INDEX by_name ON crm.customers (lower(full_name))`,
    'ALTER TABLE crm.orders ADD CHECK (cents >= 0)',
  );
  const {output, error, code} = await story.type('plan', story.planFile);
  expect(code, error).toBe(4);
  expect(output).toMatch(/REFUSED CF-SCOPE-004 index crm\.by_name: is built over crm\.customers\.full_name/);
  expect(output).toMatch(/REFUSED CF-SCOPE-004 table constraint orders_cents_check on crm\.orders: is built over crm\.orders\.cents/);
  expect(await story.target.value(`SELECT to_regnamespace('crm')::text`)).toBeNull();
});

test('a way back that would lose values is refused before anything is done, with the list (H-109)', async () => {
  const lossy = {tables: {'crm.customers': {to: 'crm.people', columns: {bio: {drop: true}, region: {constant: 'eu'}}}}};
  await using story = await openMapped('mapping-lossy', {mapping: lossy});
  await story.source.run(SOURCE.replace('bio text NOT NULL', 'bio text'));
  const answer = await story.type('run', story.planFile, '--json');
  expect(answer.code).toBe(4);
  expect(answer.output).toContain('CF-MAP-002');
  for (const column of ['crm.customers.bio', 'region']) expect(`${answer.output}${answer.error}`).toContain(column);
  expect(await story.target.value(`SELECT to_regnamespace('crm')::text`)).toBeNull();
});

test('a broken schema file is refused by file and line, and a file that is corrected is taken', async () => {
  await using story = await openMapped('files', {...LOSSY, mapping: MAPPING, gates: {cutover: ['approval']}});
  const write = async (...files: readonly [string, string][]): Promise<string> => {
    const {writeFile} = await import('node:fs/promises');
    for (const [file, text] of files) await writeFile(`${story.folder}/${file}`, text);
    return story.writePlan('files.yaml', {mapping: undefined, schema: {kind: 'files', preData: 'a.sql', postData: 'b.sql'}});
  };
  await story.source.run('CREATE SCHEMA crm', 'CREATE TABLE crm.notes (id int PRIMARY KEY, kind text)');
  const good = "CREATE SCHEMA crm;\nCREATE TYPE crm.kind AS ENUM ('a');\n\nCREATE TABLE crm.notes (id int PRIMARY KEY, kind text);\n";
  const broken: readonly [string, string, RegExp][] = [
    [`${good}CREATE TABLE crm.more (id no_such_type);`, '', /a\.sql:5: the target does not take it: type .*no_such_type.* does not exist/],
    [
      good,
      'CREATE INDEX one ON crm.notes (kind);\nCREATE INDEX one ON crm.notes (id);',
      /b\.sql:2: the target does not take it: relation .*one.* already exists/,
    ],
    [good, 'BEGIN;\nCREATE INDEX one ON crm.notes (kind);\nCOMMIT;', /b\.sql:1 begins or ends a transaction/],
    [good, '\n\\d crm.notes\n', /b\.sql:2 could not be read as SQL/],
  ];
  for (const [pre, post, says] of broken) {
    const answer = await story.type('run', await write(['a.sql', pre], ['b.sql', post]), '--json');
    expect(answer.output).toContain('CF-TGT-004');
    expect(answer.output).toMatch(says);
    expect(await story.target.value(`SELECT to_regnamespace('crm')::text`)).toBeNull();
  }
  // A new value of an enum cannot be used in the transaction that made it: in earnest each statement has its own.
  const plan = await write(
    ['a.sql', `${good}ALTER TYPE crm.kind ADD VALUE 'b';\nCREATE TABLE crm.kinds (kind crm.kind DEFAULT 'b');`],
    ['b.sql', ''],
  );
  story.start(['resume', '--yes']);
  void plan;
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
  expect(await story.target.value(`SELECT to_regclass('crm.kinds')::text`)).toBe('crm.kinds');
});

/** An application that writes from now on. */
async function writing(story: Story, seed: number): Promise<MappedWriter> {
  await story.source.run(SOURCE);
  const writer = new MappedWriter(story.source.url, story.target.url, seed);
  await writer.fill(300);
  await story.source.run('ANALYZE');
  writer.start();
  return writer;
}
