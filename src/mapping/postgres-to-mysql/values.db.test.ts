import fc from 'fast-check';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {hadServers} from '../../../test/support/mysql-databases.ts';
import {allRows, applied, receivingStory} from '../../../test/support/mysql-receiver.ts';
import {ENUM_LABELS, POSTGRES_TYPE_CASES} from '../../../test/support/postgres-type-cases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {type Seen, verdictOf} from '../../../test/support/text-forms.ts';
import {textInForms as mysqlText} from '../../engine/mysql/mysql-text-forms.ts';
import {textInForms as postgresText} from '../../engine/postgres/postgres-text-forms.ts';
import type {Row, Value} from '../../model/change.ts';
import type {Column} from '../../model/table.ts';
import type {RowOperation} from '../../model/row-operation.ts';
import {columnConversion} from './column-conversion.ts';
import {declaredColumn} from './declared-column.ts';
import {chosenType, type FlavourName, shownType} from './types.ts';
import {literal} from '../mysql-to-postgres/types.ts';

const ROWS = 60;
/** One column for each. */
const CASES = POSTGRES_TYPE_CASES.map((one, i) => ({...one, name: `c${i}`, samples: fc.sample(one.values, {numRuns: ROWS, seed: 20_261})}));

let client: pg.Client;
/** As PostgreSQL itself prints them in our sessions. */
let printed: Row[];

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  client = new pg.Client({connectionString: await server.createDatabase(), types: {getTypeParser: () => (text: string) => text}});
  await client.connect();
  await client.query("SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'UTC'; SET extra_float_digits = 3");
  await client.query(
    `CREATE SCHEMA shop; CREATE DOMAIN shop.email AS varchar(40); CREATE TYPE shop.mood AS ENUM (${ENUM_LABELS.map(literal).join(', ')})`,
  );
  await client.query(`CREATE TABLE t (id int, ${CASES.map(({name, type}) => `${name} ${type}`).join(', ')})`);
  for (let i = 0; i < ROWS; i++) {
    const values = CASES.map(({samples}) => samples[i] ?? null);
    await client.query(`INSERT INTO t VALUES (${i}, ${values.map((_, n) => `$${n + 1}`).join(', ')})`, values);
  }
  printed = (await client.query<Row>('SELECT * FROM t ORDER BY id')).rows;
});
afterAll(() => client.end());

const columnOf = (name: string): Column[] => CASES.filter((one) => one.name === name).map(({type}) => ({...NO_COLUMN, name, type}));
const NO_COLUMN = {notNull: false, generated: false, identity: undefined, portableBinary: false} as const;

describe.each(await hadServers())('$title', (had) => {
  const flavour: FlavourName = had.request.flavour;
  const columns = CASES.map(({declared, ...column}) => {
    const chosen = chosenType(column, flavour, declared);
    if ('refused' in chosen) throw new Error(chosen.refused);
    return {name: column.name, choice: chosen.choice, conversion: columnConversion(chosen.choice, flavour, column, column.name)};
  });

  test.skipIf(!had.server)('keeps every value of every type so that it comes back as it was', async () => {
    const list = columns.map(({name, choice}) => declaredColumn(name, choice, ENUM_LABELS)).join(', ');
    const collation = flavour === 'mysql' ? 'utf8mb4_0900_bin' : 'utf8mb4_nopad_bin';
    await using story = await receivingStory(
      had,
      `CREATE TABLE t (id int PRIMARY KEY, ${list}) DEFAULT CHARSET utf8mb4 COLLATE ${collation}`,
    );
    const table = await story.table('t');
    const shown = new Map(table.columns.map(({name, type}) => [name, type]));
    for (const {name, choice} of columns)
      expect([name, shown.get(name)]).toEqual([
        name,
        choice.type === 'enum' ? expect.stringMatching(/^enum\('a','A'/) : shownType(choice.type, flavour),
      ]);

    const sent = printed.map((row) => ({
      id: row['id'] ?? '',
      ...Object.fromEntries(columns.map(({name, conversion}) => [name, conversion.forward([row[name] ?? null])[0] ?? null])),
    }));
    const inserts = sent.map((row): RowOperation => ({form: 'insert', key: [row.id], row}));
    await applied(story, table, {kind: 'rows', operations: inserts});
    const kept = (await allRows(story, table)).toSorted((a, b) => Number(a['id']) - Number(b['id']));
    expect(kept).toHaveLength(ROWS);
    for (const [i, row] of kept.entries())
      for (const {name, choice, conversion} of columns) {
        const back = conversion.reverse?.([row[name] ?? null])[0] ?? null;
        const was = printed[i]?.[name] ?? null;
        const again = conversion.forward([back])[0];
        const isSame = conversion.isSame?.(was, back) ?? was === back;
        expect([choice.type, was, back, isSame, again]).toEqual([choice.type, was, back, true, sent[i]?.[name as 'id']]);
      }

    const [without, apart] = [new Set<string>(), new Set<string>()];
    for (const {name, choice, conversion} of columns) {
      const form = conversion.alike?.form;
      const [from, to] = [columnOf(name), table.columns.filter((column) => column.name === name)];
      if (!form) {
        without.add(choice.type);
        continue;
      }
      const texts = await client.query<Row>(`SELECT id, ${postgresText(from, [form])} AS text FROM t`);
      const theirs = await story.sessions.use((session) => session.query(`SELECT id, ${mysqlText(to, [form])} AS text FROM t`));
      const seen = (answer: readonly Row[], valueOf: (id: number) => Value): Seen =>
        new Map(answer.map((row) => [row['id'] ?? '', {text: row['text'] ?? 'NULL', value: valueOf(Number(row['id']))}]));
      const again = (value: Value): Value => conversion.forward(conversion.reverse?.([value]) ?? [])[0] ?? null;
      const said = verdictOf(
        seen(texts.rows, (id) => sent[id]?.[name as 'id'] ?? null),
        seen(theirs.rows, (id) => again(kept[id]?.[name] ?? null)),
        `${name} ${choice.type}`,
      );
      expect(said.wronglyEqual).toEqual([]);
      expect(said.rows).toBe(ROWS);
      if (said.apart > 0) apart.add(choice.type);
    }
    const json = flavour === 'mariadb' ? ['json'] : [];
    const none = ['double', ...json, 'longtext', 'varchar(17)', 'varchar(23)', 'varchar(49)'];
    expect([...without].toSorted()).toEqual(none);
    // The hour 24, and numbers in a document.
    expect([...apart].toSorted()).toEqual([...(flavour === 'mysql' ? ['json'] : []), 'time', 'time(6)']);
  });
});
