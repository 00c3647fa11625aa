/** A schema of MySQL or MariaDB made on PostgreSQL by the plan's `schema: convert`, as `prepare-target` makes it, and dropped again. */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {openSide, type TestSide} from '../../test/support/databases.ts';
import {MARIADB_SHOP, MYSQL_SHOP, tablesIn} from '../../test/support/mysql-shop.ts';
import {mysqlColumn} from '../../test/support/mysql-type-cases.ts';
import {postgresServer} from '../../test/support/servers.ts';
import type {Database, SchemaStatement} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import {mysqlToPostgres} from '../mapping/mysql-to-postgres/pair.ts';
import type {ConversionRules} from '../model/conversion-rules.ts';
import type {ColumnRule} from '../model/mapping-rules.ts';
import type {MysqlSchema} from '../model/mysql-schema.ts';
import {nameOf} from '../model/table.ts';
import {scriptFor} from './schema-script.ts';

const never = new AbortController().signal;
const textOf = (statements: readonly SchemaStatement[]): string => statements.map(({sql}) => `${sql};\n`).join('\n');

describe.each([
  ['MySQL 9.7', MYSQL_SHOP],
  ['MariaDB 10.11', MARIADB_SHOP],
])('the shop of %s', (_, schema) => {
  const tables = tablesIn(schema);
  const odd = {schema: 'shopdb', name: 'odd'};
  const check = schema.tables.find(({name}) => name.name === 'odd')?.checks[0]?.name ?? '';
  const accept = ['shopdb.odd.doubt', `check shopdb.odd.${check}`];
  const source = {convertible: {read: async () => schema}} as unknown as Database;
  const mappingOf = (columns: readonly ColumnRule[], rules: Partial<ConversionRules> = {}) =>
    migrationMapping(
      {tables: [{from: odd, to: odd, where: undefined, columns}], allowLoss: true},
      () => (value) => value,
      mysqlToPostgres({accept, ...rules}),
    );

  let target: TestSide;
  beforeEach(async () => {
    target = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
    await target.database.control.install();
  });
  afterEach(() => target.close());

  const prepare = async (mapping: ReturnType<typeof mappingOf>) => {
    const {script, findings} = await scriptFor('convert', {source, target: target.database}, tables, mapping, never);
    expect(findings.flatMap(({severity, object, reason}) => (severity === 'refuse' ? [`${object} ${reason}`] : []))).toEqual([]);
    await target.database.target.runSchemaFile('convert pre-data', textOf(script.preData), never);
    await target.database.target.runSchemaFile('convert post-data', textOf(script.postData), never);
    const names = tables.map(({name}) => nameOf(mapping.targetName(name)));
    return target.database.catalog.tables({tables: names, exclude: []});
  };

  test('is made, fits its mapping, and an abort leaves nothing of it', async () => {
    const before = await target.value(COUNTED);
    const mapping = mappingOf([{kind: 'rename', column: 'place', to: 'place', type: 'bytea'}]);
    const made = await prepare(mapping);
    expect(made).toHaveLength(tables.length);
    expect(mapping.findings(tables, made).filter(({severity}) => severity === 'refuse')).toEqual([]);
    expect(made.find(({name}) => name.name === 'customer')?.columns.find(({name}) => name === 'mood')?.type).toContain('customer_mood');
    await target.database.target.dropSchema();
    expect(await target.value(COUNTED)).toBe(before);
  });

  test('is in lower case with booleans and without a column, where the plan says so', async () => {
    const mapping = mappingOf([{kind: 'drop', column: 'place'}], {names: 'lower', tinyint1: 'boolean'});
    const made = await prepare(mapping);
    expect(made.map(({name}) => nameOf(name)).sort()).toEqual(tables.map(({name}) => nameOf(name).toLowerCase()).sort());
    const columnsOf = (name: string) => made.find((one) => one.name.name === name)?.columns ?? [];
    expect(columnsOf('odd').map(({name}) => name)).not.toContain('place');
    expect(columnsOf('customer').find(({name}) => name === 'is_active')?.type).toBe('boolean');
    const refused = mapping.findings(tables, made).filter(({severity}) => severity === 'refuse');
    expect(refused.map(({reason}) => reason)).toEqual([expect.stringMatching(/odd\.place is NOT NULL without a default/)]);
  });
});

test('a partitioned table that gets another name and other columns keeps its partitions', async () => {
  const target = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
  try {
    await target.database.control.install();
    const name = {schema: 'shopdb', name: 'Visit'};
    const part = (column: string) => ({column, expression: null, prefix: null, isDescending: false});
    const schema: MysqlSchema = {
      flavour: 'mysql',
      views: [],
      programs: [],
      tables: [
        {
          name,
          ...{comment: '', foreignKeys: [], checks: []},
          columns: [
            mysqlColumn('int', {name: 'Id', isNullable: false}),
            mysqlColumn('varchar(10)', {name: 'Note'}),
            mysqlColumn('int', {name: 'old'}),
          ],
          indexes: [{name: 'PRIMARY', isUnique: true, method: 'BTREE', comment: '', parts: [part('Id')]}],
          partitioning: {
            ...{method: 'RANGE', expression: '`Id`', subMethod: null},
            partitions: [
              {name: 'a', description: '10'},
              {name: 'b', description: 'MAXVALUE'},
            ],
          },
        },
      ],
    };
    const columns: ColumnRule[] = [{kind: 'drop', column: 'old'}];
    const mapping = migrationMapping(
      {tables: [{from: name, to: name, where: undefined, columns}], allowLoss: true},
      () => (value) => value,
      mysqlToPostgres({accept: [], names: 'lower'}),
    );
    const source = {convertible: {read: async () => schema}} as unknown as Database;
    const {script, findings} = await scriptFor('convert', {source, target: target.database}, tablesIn(schema), mapping, never);
    expect(findings.filter(({severity}) => severity === 'refuse')).toEqual([]);
    await target.database.target.runSchemaFile('convert pre-data', textOf(script.preData), never);
    await target.database.target.runSchemaFile('convert post-data', textOf(script.postData), never);
    await target.run(`INSERT INTO shopdb.visit (id, note) VALUES (9, 'a'), (10, 'b')`);
    const [made] = await target.database.catalog.tables({tables: ['shopdb.visit'], exclude: []});
    expect(made?.columns.map((column) => column.name)).toEqual(['id', 'note']);
    expect(made?.partitions).toHaveLength(2);
    expect(await target.value('SELECT count(DISTINCT tableoid) FROM shopdb.visit')).toBe('2');
  } finally {
    await target.close();
  }
});

/** Whatever a script may leave behind. */
const COUNTED = `
  SELECT concat_ws(' ', (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_type), (SELECT count(*) FROM pg_collation), (SELECT count(*) FROM pg_proc),
    (SELECT count(*) FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'))`;
