/**
 * Values of every type of MySQL and MariaDB, equal on PostgreSQL whichever way they take: copied, streamed by insert, update,
 * change of key and delete, and back. Whether they are equal is said by the servers in spellings of their own, never by the
 * product. Seeded: the seed stands in the test's name.
 */
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {comparedThrough} from '../../src/pipeline/mapped-compare.ts';
import {checksum} from '../../src/verify/checksum.ts';
import {hadServers} from '../support/mysql-databases.ts';
import {columnsFor} from '../support/mysql-values.ts';
import {spellingOf} from './mysql-cells.ts';
import {formVerdict} from '../support/text-forms.ts';
import {lossless, nativeSql} from './mysql-native.ts';
import {LOSSY, openPairWorld, type PairWorld} from './pair-world.ts';

const SEED = Number(process.env['TYPES_SEED'] ?? 20_261_122);
/** Rows of each table beside the extremes; `npm run types -- --values N` tries more. */
const ROWS = Number(process.env['TYPES_VALUES'] ?? 20);

/** Thousands of values; the time they take says nothing about them. */
vi.setConfig({testTimeout: 1_800_000, hookTimeout: 600_000});

/** Deeper than anybody writes, and as deep as every server takes it. */
const DEEP = `'${'{"a":['.repeat(15)}1${']}'.repeat(15)}'`;
/** PostgreSQL keeps zeros at the end of a fraction, MySQL knows doubles and integers of 64 bits, MariaDB keeps the text. */
const hexed = (document: string): string => `_utf8mb4 X'${Buffer.from(document).toString('hex')}'`;
const NUMBERS = hexed('{"n": [1.10, 1.00, 1e300, 5e-324, -0, 18446744073709551615, -9223372036854775808]}');
const LARGE = hexed('[123456789012345678901234567890.123456789, 18446744073709551616, -9223372036854775809]');

/** The third is as the second in all that is tried here. */
const SERVERS = (await hadServers()).filter(({title}) => process.env['TYPES_VALUES'] || title !== 'mariadb 10.11');

describe.each(SERVERS)(`$title to PostgreSQL, ${ROWS} values of each type, seed ${SEED}`, ({title, request, server}) => {
  const isText = request.flavour === 'mariadb';
  const columns = columnsFor(request.flavour).map((column, i) => ({
    ...column,
    ...(column.type === 'json' ? {values: [...column.values, DEEP, NUMBERS, ...(isText ? [LARGE] : [])]} : {}),
    name: `c${i}`,
    spelling: spellingOf(column.type),
    sample: fc.sample(column.any, {numRuns: ROWS, seed: SEED + i}),
  }));
  type Column = (typeof columns)[number];
  const names = columns.map(({name}) => name).join(', ');
  const most = Math.max(...columns.map(({values}) => values.length));
  const variety = most + ROWS;
  /** The extremes first, then the sample, and so on; every eleventh of the sample is NULL. */
  const valueOf = ({values, sample}: Column, n: number): string => {
    const [at, drawn] = [n % variety, (n % variety) - most];
    return (drawn < 0 ? values[at] : drawn % 11 === 10 ? undefined : sample[drawn]) ?? 'NULL';
  };
  const tables = ['exact', LOSSY] as const;
  type TableName = (typeof tables)[number];
  const cellOf = (table: TableName, column: Column, n: number): string =>
    table === 'exact' ? lossless(column, valueOf(column, n)) : valueOf(column, n);

  const baseOf = (type: string): string => /^\w+/.exec(type)?.[0] ?? '';

  let world: PairWorld;
  beforeAll(async () => {
    if (!server) return;
    const list = columns.map(({name, type}) => `${name} ${type}`).join(', ');
    world = await openPairWorld({title, request, server}, () =>
      tables.map(
        (table) =>
          `CREATE TABLE ${table} (id int PRIMARY KEY, ${list}, twice bigint AS (id * 2) STORED, label varchar(40) AS (concat('no ', id)) VIRTUAL)`,
      ),
    );
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const spelled = async (table: TableName, side: 'there' | 'here'): Promise<ReadonlyMap<string, readonly (string | null)[]>> => {
    const [from, at] = side === 'there' ? [table, world.source] : [`"${world.schema}".${table}`, world.target];
    const rows = await at.rows(
      `SELECT id, ${columns.map(({name, spelling}) => spelling[side](name)).join(', ')}, twice, label FROM ${from} ORDER BY id`,
    );
    return new Map(
      rows.map(([id, ...cells]) => [
        id ?? '',
        cells.map((cell, i) => (cell === null ? null : (columns[i]?.spelling.as ?? ((text: string) => text))(cell))),
      ]),
    );
  };
  /** `row column: one value, the other`. */
  const differences = async (table: TableName): Promise<readonly string[]> => {
    const [there, here] = await Promise.all([spelled(table, 'there'), spelled(table, 'here')]);
    expect([...here.keys()]).toEqual([...there.keys()]);
    return [...there].flatMap(([id, cells]) =>
      cells.flatMap((cell, i) => (cell === here.get(id)?.[i] ? [] : [`${table} ${id} ${columns[i]?.name ?? 'generated'}`])),
    );
  };
  const details = async (all: readonly string[]): Promise<readonly string[]> => {
    const shown: string[] = [];
    for (const one of all.slice(0, 10)) {
      const [table = '', id = '', name = ''] = one.split(' ');
      const column = columns.find((each) => each.name === name);
      if (!column) shown.push(one);
      else {
        const {spelling, type} = column;
        const there = await world.source.rows(`SELECT ${spelling.there(name)} FROM ${table} WHERE id = ${id}`);
        const here = await world.target.rows(`SELECT ${spelling.here(name)} FROM "${world.schema}".${table} WHERE id = ${id}`);
        shown.push(`${one}, ${type}: ${String(there[0]).slice(0, 200)} is ${String(here[0]).slice(0, 200)}`);
      }
    }
    return shown;
  };
  const expectSame = async (): Promise<void> => {
    for (const table of tables) expect(await details(await differences(table))).toEqual([]);
  };

  const insert = (table: TableName, id: number, n: number): string =>
    `INSERT INTO ${table} (id, ${names}) VALUES (${[id, ...columns.map((column, i) => cellOf(table, column, n + i))].join(', ')})`;
  const update = (table: TableName, id: number, n: number, newId = id): string =>
    `UPDATE ${table} SET id = ${newId}, ${columns.map((column, i) => `${column.name} = ${cellOf(table, column, n + i)}`).join(', ')} WHERE id = ${id}`;

  it.skipIf(!server)('are copied (H-34, H-35, H-36, H-39, H-41, H-42, H-43, H-45, H-46, H-48, H-53, H-54)', async () => {
    await world.beginStream('forward');
    for (const table of tables)
      for (let n = 0; n < variety; n++)
        await world.source.run(
          `INSERT INTO ${table} (id, ${names}) VALUES (${[n, ...columns.map((column) => cellOf(table, column, n))].join(', ')})`,
        );
    await world.copy(await world.mappings('forward'), async () => [
      {after: undefined, to: [String(most)]},
      {after: [String(most)], to: undefined},
    ]);
    await expectSame();
  });

  it.skipIf(!server)('are streamed: inserts, updates, changes of key and deletes', async () => {
    await world.stream('forward'); // past the replay window, so that every form is strict from here on
    await expectSame();
    for (const table of tables) {
      const changes = Array.from({length: variety}, (_, n) => [
        insert(table, 1000 + n, n + 1),
        ...(n % 3 === 0 ? [update(table, n, n + 5)] : []),
        ...(n % 3 === 1 ? [update(table, n, n + 7, 2000 + n)] : []),
        ...(n % 6 === 2 ? [`DELETE FROM ${table} WHERE id = ${n}`] : []),
      ]).flat();
      await world.source.run('BEGIN', ...changes, 'COMMIT');
    }
    await world.stream('forward');
    await expectSame();
    await world.stopStream('forward');
  });

  it.skipIf(!server)('come back, those that PostgreSQL spells in its own way among them', async () => {
    await world.beginStream('reverse');
    for (const table of tables) {
      const there = `"${world.schema}".${table}`;
      const cell = (column: Column, n: number): string =>
        nativeSql(column.type, lossless(column, valueOf(column, n))) ??
        `(SELECT ${column.name} FROM ${there} WHERE id = ${1000 + (n % variety)})`;
      const changes = Array.from({length: variety}, (_, n) => {
        const cells = columns.map((column, i) => cell(column, n + i));
        const sets = columns.map(({name}, i) => `${name} = ${cells[i]}`).join(', ');
        return [
          `INSERT INTO ${there} (id, ${names}) VALUES (${[3000 + n, ...cells].join(', ')})`,
          ...(n % 3 === 0 ? [`UPDATE ${there} SET ${sets} WHERE id = ${n}`] : []),
          ...(n % 3 === 1 ? [`UPDATE ${there} SET id = ${4000 + n}, ${sets} WHERE id = ${2000 + n}`] : []),
          ...(n % 6 === 5 ? [`DELETE FROM ${there} WHERE id = ${n}`] : []),
        ];
      }).flat();
      await world.target.run('BEGIN', ...changes, 'COMMIT');
    }
    await world.stream('reverse');
    await expectSame();
    await world.stopStream('reverse');
  });

  it.skipIf(!server)('are equal wherever the texts that both servers make of them are (hazards 4.4)', async () => {
    const {source, target} = {source: world.source.database, target: world.target.database};
    const [without, apart] = [new Set<string>(), new Set<string>()];
    for (const table of tables)
      for (const {name, type} of columns) {
        const mapping = world.alone(table, name);
        const form = mapping.alike?.forms[1];
        if (!mapping.alike || !form) {
          without.add(baseOf(type));
          continue;
        }
        const said = await formVerdict(mapping, form, name, {source, target});
        expect(said.wronglyEqual).toEqual([]);
        expect(said.rows).toBeGreaterThan(variety);
        // What PostgreSQL cannot hold has another text there.
        if (said.apart > 0 && table === 'exact') apart.add(baseOf(type));
      }
    expect([...without]).toEqual(isText ? ['set', 'json', 'inet4'] : ['set']);
    expect([...apart]).toEqual(isText ? [] : ['json']);
  });

  it.skipIf(!server)('are found by a comparison exactly where they have become others, also past the log (H-72)', async () => {
    const compared = async (): Promise<readonly string[]> => {
      const mappings = await world.mappings('forward');
      const report = await checksum.verify({
        ...comparedThrough(mappings, world.source.database, world.target.database),
        ...{direction: 'forward', compare: () => 0, evidence: undefined, chunkBytes: 2 ** 30, signal: new AbortController().signal},
        tables: mappings.map(({writes}) => writes),
        progress: () => undefined,
      });
      expect(report.uncompared).toBe(0);
      return report.tables.flatMap(({table, differences: found}) =>
        found.flatMap(({key, columns: own}) => own.map((name) => `${table.name} ${key[0]} ${name}`)),
      );
    };
    expect(await compared()).toEqual([]);
    const changed: string[] = [];
    for (const table of tables) {
      const there = `"${world.schema}".${table}`;
      // Of few rows, because a report names the columns of the first hundred.
      for (const [i, {name}] of columns.entries())
        for (const id of [1000 + (i % 20), 3000 + (i % 20)])
          changed.push(`UPDATE ${there} SET ${name} = (SELECT ${name} FROM ${there} WHERE id = ${id + (i % 2 ? 1 : -1)}) WHERE id = ${id}`);
    }
    await world.target.run('BEGIN', ...changed, 'COMMIT');
    await world.source.run(
      'SET SESSION sql_log_bin = 0',
      `UPDATE exact SET c0 = IF(c0 <=> 1, 2, 1) WHERE id = 3029`,
      'SET SESSION sql_log_bin = 1',
    );
    const differing = (await Promise.all(tables.map(differences))).flat();
    expect(differing.length).toBeGreaterThan(columns.length);
    expect(differing).toContain('exact 3029 c0');
    expect((await compared()).toSorted()).toEqual(differing.toSorted());
  });
});
