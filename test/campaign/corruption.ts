/**
 * One cell, or one row, made wrong behind the stream's back, in each of the ways in which that has happened to somebody
 * (hazards §5.4). A corruption knows what a comparison has to say of it: table, kind, key and columns.
 */
import pg from 'pg';
import {tortureColumns, setCell} from '../support/torture-table.ts';
import type {Chance} from '../../examples/demo/chance.ts';
import {shapes, STEP, type TableNamed} from './tables.ts';

export type Row = {readonly table: TableNamed; readonly key: readonly string[]};
export type Expected = Row & {readonly kind: 'missing' | 'extra' | 'different'; readonly columns: readonly string[]};
export type Corruption = {
  readonly kind: Kind;
  /** Where it is done. On the source with the tag of our own writes: as a write that no log tells. */
  readonly on: 'target' | 'source';
  readonly statements: readonly string[];
  readonly expected: readonly Expected[];
  /** Whether its first row stands at a border of a range. */
  readonly atBorder: boolean;
};

/** Rows of one kind; `two` where a corruption needs a partner. */
type Pick = {readonly row: Row; readonly partner: Row; readonly atBorder: boolean; readonly chance: Chance; readonly n: number};
type Recipe = {
  readonly tables: readonly TableNamed[];
  /** Rows whose cell has what is made wrong; all where absent. */
  readonly fits?: (row: Row) => boolean;
  readonly make: (pick: Pick) => Omit<Corruption, 'kind' | 'on' | 'atBorder'>;
};

const literal = pg.escapeLiteral;
const where = ({table, key}: Row): string => shapes[table].key.map((name, i) => `${name} = ${literal(key[i] ?? '')}`).join(' AND ');
const update = (row: Row, column: string, to: string): string => `UPDATE ${row.table} SET ${column} = ${to} WHERE ${where(row)}`;
const different = (row: Row, column: string): Expected => ({...row, kind: 'different', columns: [column]});
const anyRow: (row: Row) => boolean = () => true;
/** As `tables.ts` has filled them: of `items`, the row of which number it is. */
const number = ({key}: Row): number => Number(key[0]) / STEP;
/** One cell, in one statement. */
const cell = (tables: readonly TableNamed[], column: string | ((row: Row) => string), to: string, fits = anyRow): Recipe => ({
  tables,
  fits,
  make({row}) {
    const name = typeof column === 'string' ? column : column(row);
    return {statements: [update(row, name, to.replaceAll('$', name))], expected: [different(row, name)]};
  },
});
const both = (row: Row, partner: Row, column: string, statements: readonly string[]) => ({
  statements,
  expected: [different(row, column), different(partner, column)],
});

/** Whatever was chosen, the row of the same table that takes its value. */
const swapped =
  (column: string): Recipe['make'] =>
  ({row, partner}) => {
    const {table} = row;
    const cells = `SELECT ${shapes[table].key.join(', ')}, ${column} FROM ${table} WHERE (${where(row)}) OR (${where(partner)})`;
    const other = shapes[table].key.map((name) => `one.${name} = mine.${name}`).join(' AND ');
    return both(row, partner, column, [
      `WITH cells AS MATERIALIZED (${cells}) UPDATE ${table} AS mine SET ${column} = two.${column} FROM cells AS one, cells AS two
      WHERE ${other} AND NOT (${shapes[table].key.map((name) => `two.${name} = mine.${name}`).join(' AND ')})`,
    ]);
  };

/** The same bit of the same byte of two cells of one length: an XOR of CRCs stays what it was. */
const flip = `overlay($ placing chr(ascii(substr($, 3, 1)) # 1) from 3 for 1)`;

const recipes = {
  'stale large text': cell(
    ['camp.items', 'camp.tokens'],
    'body',
    `md5($) || substr($, 33)`,
    (row) => row.table === 'camp.tokens' || number(row) % 5 === 0,
  ),
  'lost insert': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens', 'camp.torture'],
    make: ({row}) => ({statements: [`DELETE FROM ${row.table} WHERE ${where(row)}`], expected: [{...row, kind: 'missing', columns: []}]}),
  },
  'lost delete': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make(pick) {
      const extra = extraOf(pick);
      const {others, key} = shapes[pick.row.table];
      const values = [...extra.key.map(literal), ...others].join(', ');
      const into = `INSERT INTO ${extra.table} (${[...key, ...others].join(', ')})`;
      return {
        statements: [`${into} SELECT ${values} FROM ${pick.row.table} WHERE ${where(pick.row)}`],
        expected: [{...extra, kind: 'extra', columns: []}],
      };
    },
  },
  'swapped values': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make: (pick) => swapped(pick.row.table === 'camp.stamps' ? 'word' : 'label')(pick),
  },
  'pair that cancels in a CRC': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make({row, partner}) {
      const column = row.table === 'camp.stamps' ? 'word' : 'label';
      const to = flip.replaceAll('$', column);
      return both(row, partner, column, [update(row, column, to), update(partner, column, to)]);
    },
  },
  'trailing space': cell(['camp.items', 'camp.stamps'], 'word', `$ || ' '`),
  'negative zero': {
    tables: ['camp.items'],
    fits: (row) => number(row) % 3 === 0,
    make: ({row}) => ({statements: [update(row, 'ratio', `'-0'`)], expected: [different(row, 'ratio')]}),
  },
  'time-zone shift': cell(['camp.items', 'camp.tokens'], 'made', `$ + interval '1 hour'`),
  'local time taken for UTC': cell(['camp.items'], 'seen', `$ at time zone 'Asia/Kathmandu' at time zone 'UTC'`),
  'numeric scale': cell(
    ['camp.items', 'camp.stamps'],
    ({table}) => (table === 'camp.stamps' ? 'value' : 'amount'),
    `($::text || CASE WHEN $::text LIKE '%.%' THEN '0' ELSE '.0' END)::numeric`,
  ),
  'NULL for empty': cell(['camp.items'], 'note', `CASE WHEN $ IS NULL THEN '' END`, (row) => number(row) % 4 < 2),
  'another value of the type': {
    tables: ['camp.torture'],
    make({row, chance}) {
      const column = chance.pick(tortureColumns);
      return {
        // Some of a type's values are the same to it, so the first that is another is taken.
        statements: [anotherValue(row, column, chance.below(column.values.length + 1))],
        expected: [different(row, column.name)],
      };
    },
  },
} satisfies Record<string, Recipe>;

const BYPASS = ['not in the source’s log'] as const;
export type Kind = keyof typeof recipes | (typeof BYPASS)[number];
export const kinds: readonly Kind[] = [...(Object.keys(recipes) as (keyof typeof recipes)[]), ...BYPASS];

/** Tables in which a corruption of that kind can be, and rows. */
export const tablesOf = (kind: Kind): readonly TableNamed[] => recipeOf(kind).tables;
export const fits = (kind: Kind, row: Row): boolean => recipeOf(kind).fits?.(row) ?? true;

export const corrupt = (kind: Kind, pick: Pick): Corruption => ({
  kind,
  on: kind === 'not in the source’s log' ? 'source' : 'target',
  atBorder: pick.atBorder,
  ...recipeOf(kind).make(pick),
});

/** What the source's log does not tell: any change of a cell will do. */
const recipeOf = (kind: Kind): Recipe => (kind === 'not in the source’s log' ? recipes['stale large text'] : recipes[kind]);

/** A key that nobody has: between two rows, or where the row stands at an end, beyond it. */
const extraOf = ({row, n}: Pick): Row => {
  const [first = '', second = ''] = row.key;
  if (row.table === 'camp.stamps') return {...row, key: [first, String(Number(second) + 1_000_000 + n)]};
  if (row.table === 'camp.tokens') return {...row, key: [`${first.slice(0, -4)}${(0x1000 + n).toString(16).slice(-4)}`]};
  return {...row, key: [String(Number(first) + (first === '10' ? -100_000 - n : 3))]};
};

const anotherValue = (row: Row, column: (typeof tortureColumns)[number], from: number): string => {
  const tries = Array.from({length: column.values.length + 1}, (_, i) => (from + i) % (column.values.length + 1));
  const name = `"${column.name.replaceAll('"', '""')}"`;
  const read = `SELECT ${name}::text FROM camp.torture WHERE id = ${row.key[0]}`;
  const each = tries.map((n) => `${setCell(Number(row.key[0]), column, n)}; IF (${read}) IS DISTINCT FROM was THEN RETURN; END IF;`);
  return `DO $do$ DECLARE was text := (${read}); BEGIN ${each.join('\n')} RAISE 'no other value'; END $do$`;
};
