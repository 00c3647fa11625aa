/** A table per type that may be a key: rows are updated, moved and deleted by keys of that type. */
import pg from 'pg';
import type {KeyRange} from '../../src/engine/engine.ts';
import type {TestSide} from '../support/databases.ts';
import type {Column} from './typed-rows.ts';
import type {TypeWorld} from './type-world.ts';

export type KeyTable = {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
  /** Cut in the order of the key's own index, as the load cuts a large table. */
  ranges(side: TestSide): Promise<readonly KeyRange[]>;
};

/** An entry of an index has to fit a third of a page. */
const KEY_LENGTH_MAX = 200;
const RANGES = 3;

/** Types without an order of their own are told by the server's refusal. */
export const createKeyTables = async (world: TypeWorld, columns: readonly Column[]): Promise<readonly KeyTable[]> => {
  const made: KeyTable[] = [];
  for (const {type, sample, name} of columns) {
    const table = `key_${name}`;
    if (!(await hasOrder(world.source, type, literal(sample[0] ?? '', type)))) continue;
    await world.source.run(`CREATE TABLE ${table} (k ${type} PRIMARY KEY, v integer)`);
    await world.target.run(`CREATE TABLE ${table} (k ${type} PRIMARY KEY, v integer)`);
    made.push({
      name: table,
      type,
      values: sample.filter((value) => value.length < KEY_LENGTH_MAX),
      ranges: (side) => rangesOf(side, table),
    });
  }
  return made;
};

/** Arrays have an order only when their elements have one, which shows at the first comparison. */
const hasOrder = async (side: TestSide, type: string, value: string): Promise<boolean> => {
  try {
    await side.run(`CREATE TEMPORARY TABLE ordered (k ${type} PRIMARY KEY)`, 'DROP TABLE ordered', `SELECT ROW(${value}) < ROW(${value})`);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && ['42704', '42883'].includes(error.code ?? '')) return false;
    throw error;
  }
};

const rangesOf = async (side: TestSide, table: string): Promise<readonly KeyRange[]> => {
  const keys = (await side.rows(`SELECT k FROM ${table} ORDER BY k`)).map(([key]) => [key ?? null]);
  const each = Math.ceil(keys.length / RANGES);
  const bounds = [undefined, ...keys.filter((_, i) => i % each === each - 1).slice(0, RANGES - 1), undefined];
  return bounds.slice(1).map((to, i) => ({after: bounds[i], to}));
};

const literal = (value: string, type: string): string => `${pg.escapeLiteral(value)}::${type}`;

export const fillKeys = (side: TestSide, {name, type, values}: KeyTable): Promise<void> =>
  side.run(...values.map((value, n) => `INSERT INTO ${name} VALUES (${literal(value, type)}, ${n}) ON CONFLICT DO NOTHING`));

/**
 * A third of the rows is updated in place, a third gets another key (also one that is equal and looks different), every
 * sixth goes; what went comes again. Each change is a transaction of its own every second time.
 */
export const changeKeys = async (side: TestSide, {name, type, values}: KeyTable): Promise<void> => {
  const statements = values.flatMap((value, n) => {
    const [key, next] = [literal(value, type), literal(values[(n + 1) % values.length] ?? '', type)];
    if (n % 3 === 0) return [`UPDATE ${name} SET v = v + 1000 WHERE k = ${key}`];
    if (n % 3 === 1)
      return [
        `UPDATE ${name} SET k = ${next}, v = v + 1 WHERE k = ${key} AND (k = ${next} OR NOT EXISTS (SELECT FROM ${name} o WHERE o.k = ${next}))`,
      ];
    if (n % 6 === 2) return [`DELETE FROM ${name} WHERE k = ${key}`, `INSERT INTO ${name} VALUES (${key}, ${-n})`];
    return [`DELETE FROM ${name} WHERE k = ${key}`];
  });
  await side.run(...statements.slice(0, statements.length / 2), 'BEGIN', ...statements.slice(statements.length / 2), 'COMMIT');
};
