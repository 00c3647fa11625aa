/**
 * Values of every type, identical on the other side whichever way they take: copied in binary and as text, streamed by
 * insert, update, change of key and delete, and back. Seeded: the seed stands in the test's name.
 */
import {afterAll, beforeAll, describe, expect, it, vi} from 'vitest';
import {keyText} from '../../src/model/change.ts';
import type {KeyRange} from '../../src/engine/engine.ts';
import type {Table} from '../../src/model/table.ts';
import type {TestSide} from '../support/databases.ts';
import {digestOf} from '../support/digests.ts';
import {
  createValueTables,
  differences,
  insertValues,
  readValues,
  sampled,
  updateValues,
  valueTables,
  type ValueTable,
} from './typed-rows.ts';
import {type KeyTable, changeKeys, createKeyTables, fillKeys} from './typed-keys.ts';
import {isNamed, openTypeWorld, type TypeWorld} from './type-world.ts';

const SEED = Number(process.env['TYPES_SEED'] ?? 20_261_121);
/** Of each type; `npm run types -- --values N` tries more. */
const VALUES = Number(process.env['TYPES_VALUES'] ?? 20);

/** Thousands of values; the time they take says nothing about them. */
vi.setConfig({testTimeout: 1_800_000, hookTimeout: 600_000});

const WHOLE: KeyRange = {after: undefined, to: undefined};
const columns = sampled(VALUES, SEED);
const tables = valueTables(columns);
let world: TypeWorld;
let keyTables: readonly KeyTable[];

beforeAll(async () => {
  world = await openTypeWorld();
  await world.both(...createValueTables(tables));
  keyTables = await createKeyTables(world, columns);
});
afterAll(() => world[Symbol.asyncDispose]());

const expectSame = async (): Promise<void> => {
  const faults: string[] = [];
  for (const table of tables) faults.push(...(await faultsOf(table)));
  expect(faults).toEqual([]);
  for (const {name, type} of keyTables) {
    const [there, here] = await Promise.all([world.source, world.target].map((side) => side.rows(`SELECT k, v FROM ${name}`)));
    expect(here?.map(String).toSorted(), type).toEqual(there?.map(String).toSorted());
  }
};

const faultsOf = async (table: ValueTable): Promise<readonly string[]> => {
  const [there, here] = await Promise.all([readValues(world.source, table), readValues(world.target, table)]);
  expect([...here.keys()].toSorted(), table.name).toEqual([...there.keys()].toSorted());
  const ids = [...there.keys()].filter((id) => here.get(id) !== there.get(id)).slice(0, 5);
  return (
    await Promise.all(ids.map(async (id) => [`row ${id} of ${table.name}`, ...(await differences(world.source, world.target, table, id))]))
  ).flat();
};

/** Rows 1 to VALUES keep their values or get others, move, go; as many new ones come. */
const write = async (side: TestSide, from: number): Promise<void> => {
  for (const table of tables) {
    const statements: string[] = [];
    for (let n = 0; n < VALUES; n++) {
      statements.push(insertValues(table, from + n, n + 1));
      if (n % 3 === 0) statements.push(updateValues(table, from - VALUES + n, n + 5));
      if (n % 3 === 1) statements.push(updateValues(table, from - VALUES + n, n + 7, from + VALUES * 2 + n));
      if (n % 6 === 2) statements.push(`DELETE FROM ${table.name} WHERE id = ${from - VALUES + n}`);
    }
    await side.run('BEGIN', ...statements, 'COMMIT');
  }
  for (const table of keyTables) await changeKeys(side, table);
};

describe(`values of ${columns.length} types, ${VALUES} of each, seed ${SEED}`, () => {
  it('are copied as they are, in binary and as text, by ranges of keys of any type (H-35, H-36, H-38, H-40, H-43, H-46, H-53, H-56, H-57)', async () => {
    await world.beginStream('forward');
    for (const table of tables) await world.source.run(...Array.from({length: VALUES}, (_, n) => insertValues(table, VALUES + n, n)));
    for (const table of keyTables) await fillKeys(world.source, table);
    const binary = await world.mappings('forward');
    const asBinary = binary.find(({to}) => isNamed('built_in')(to))?.writes.columns.filter(({portableBinary}) => !portableBinary);
    expect(asBinary?.map(({type}) => type)).toEqual([]);
    const text = await world.mappings('forward', 'text');
    const mappings = binary.map((mapping, i) => (isNamed('built_in_as_text')(mapping.to) ? (text[i] ?? mapping) : mapping));
    await world.copy(mappings, async ({from}) => keyTables.find(({name}) => isNamed(name)(from))?.ranges(world.source) ?? [WHOLE]);
    await expectSame();
  });

  it('are streamed as they are: inserts, updates, changes of key and deletes (H-32, H-37, H-45, H-49)', async () => {
    await world.stream('forward'); // past the replay window, so that every form is strict from here on
    await expectSame();
    await write(world.source, VALUES * 2);
    await world.stream('forward');
    await expectSame();
  });

  it('come back as they are (H-54)', async () => {
    await world.stopStream('forward');
    await world.beginStream('reverse');
    await write(world.target, VALUES * 10);
    await world.stream('reverse');
    await expectSame();
    await world.stopStream('reverse');
  });

  it('have equal hashes exactly when they are equal, and alike on both servers', async () => {
    for (const {name, columns: own} of tables.slice(1)) {
      const table = await world.source.table(name);
      for (const column of own) {
        const one = onlyColumn(table, column.name);
        const [there, here] = await Promise.all([world.source, world.target].map((side) => hashes(side, one)));
        const texts = new Map(
          (await world.source.rows(`SELECT id, ${column.name} FROM ${name}`)).map(([id, value]) => [keyText([id ?? '']), value]),
        );
        expect(here, column.type).toEqual(there);
        expect(partition(there ?? new Map()), column.type).toEqual(partition(texts));
      }
    }
  });

  it('show in the digest of their table when one of them has become another', async () => {
    const {name, columns: own} = tables[2] as ValueTable;
    const table = await world.target.table(name);
    const ids = (await world.target.rows(`SELECT id FROM ${name} ORDER BY id`)).map(([id]) => id ?? '');
    const [a, b] = [ids[1] ?? '', ids[4] ?? ''];
    const sums = async () => Promise.all(own.map((column) => digest(world.target, withColumns(table, ['id', column.name]))));
    const cells = (id: string) => world.target.rows(`SELECT ${own.map((one) => one.name).join(', ')} FROM ${name} WHERE id = ${id}`);
    const [before, [was = []]] = [await sums(), await cells(a)];
    await world.target.run(
      `UPDATE ${name} SET ${own.map((one) => `${one.name} = (SELECT ${one.name} FROM ${name} WHERE id = ${b})`).join(', ')} WHERE id = ${a}`,
    );
    const [after, [is = []]] = [await sums(), await cells(a)];
    expect(own.filter((_, i) => before[i] !== after[i]).map(({type}) => type)).toEqual(
      own.filter((_, i) => was[i] !== is[i]).map(({type}) => type),
    );
    expect(before.filter((sum, i) => sum !== after[i]).length).toBeGreaterThan(own.length / 2);
  });
});

/** Equal values get one name, so that two partitions can be compared. */
const partition = (values: ReadonlyMap<string, string | null | undefined>): Readonly<Record<string, number>> => {
  const numbers = new Map<string | null | undefined, number>();
  const keys = [...values.keys()].toSorted();
  return Object.fromEntries(
    keys.map((key) => {
      const value = values.get(key);
      numbers.set(value, numbers.get(value) ?? numbers.size);
      return [key, numbers.get(value) ?? -1];
    }),
  );
};
const withColumns = (table: Table, names: readonly string[]): Table => ({
  ...table,
  columns: table.columns.map((column) => (names.includes(column.name) ? column : {...column, generated: true})),
});
const onlyColumn = (table: Table, name: string): Table => withColumns(table, [name]);
const hashes = async (side: TestSide, table: Table): Promise<ReadonlyMap<string, string>> => {
  const {rows} = await side.database.compare.rowDigests(table, WHOLE, undefined);
  return new Map([...rows].map(([key, {hash}]) => [key, hash]));
};
const digest = async (side: TestSide, table: Table): Promise<string> => String((await digestOf(side.database.compare, table)).sums);
