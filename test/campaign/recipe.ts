/** What recipes are made of, in SQL of PostgreSQL: every pair of a campaign has it as its target. */
import pg from 'pg';
import type {Expected, Recipe, Row} from './corruption.ts';
import {shapes, STEP, type TableNamed} from './tables.ts';

export const literal = pg.escapeLiteral;
export const where = ({table, key}: Row): string => shapes[table].key.map((name, i) => `${name} = ${literal(key[i] ?? '')}`).join(' AND ');
export const update = (row: Row, column: string, to: string): string => `UPDATE ${row.table} SET ${column} = ${to} WHERE ${where(row)}`;
export const different = (row: Row, column: string): Expected => ({...row, kind: 'different', columns: [column]});
/** As the tables are filled: of `items`, the row of which number it is. */
export const number = ({key}: Row): number => Number(key[0]) / STEP;
/** As they are filled and stay: of `items`, every fifth body is a large one, and those of `tokens` are. */
export const hasLargeBody = (row: Row): boolean => row.table === 'camp.tokens' || number(row) % 5 === 0;

const anyRow: (row: Row) => boolean = () => true;
/** One cell, in one statement; `$` stands for what it was. */
export const cell = (tables: readonly TableNamed[], column: string | ((row: Row) => string), to: string, fits = anyRow): Recipe => ({
  tables,
  fits,
  make({row}) {
    const name = typeof column === 'string' ? column : column(row);
    return {statements: [update(row, name, to.replaceAll('$', name))], expected: [different(row, name)]};
  },
});

export const both = (row: Row, partner: Row, column: string, statements: readonly string[]) => ({
  statements,
  expected: [different(row, column), different(partner, column)],
});

/** Whatever was chosen, the row of the same table that takes its value. */
export const swapped =
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
