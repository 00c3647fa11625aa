/**
 * The generated triggers that give a new column its value where a writer does not know it. A row follows the expression while
 * its value is what the expression gave before the write. What cannot be computed, be it only with a warning, stays empty, so
 * that those writers never fail; the verification finds it.
 */
import type {NewColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import {type Ddl, expression, type Reads, type TrialStep} from './mysql-change.ts';
import {isSame} from './mysql-same-value.ts';
import {quoteName, quoteTable, quoteValue} from './mysql-sql.ts';
import {createTriggers, type Event, fromRow, variableType} from './mysql-step-triggers.ts';

export const createFollowing = (column: NewColumn, backfill: string): readonly Ddl[] =>
  createTriggers(column, (event, used) => body(column, backfill, event, used), usedColumns(column, backfill));

/** Over the columns that a trigger shows it, and no others. */
export const tryFollowing = (column: NewColumn, backfill: string, shape: TableName): TrialStep => ({
  sql: (used) =>
    `SELECT ${expression(backfill)} FROM (SELECT ${used || '1 AS one'} FROM ${quoteTable(shape)}) AS ${quoteName(column.table.name)}`,
  reads: usedColumns(column, backfill),
});

/**
 * The other columns that a text names, quoted, one behind another; a trigger that named more would break when one of those is
 * dropped. Before a row is written it has no number of its own yet, nor what the server computes.
 */
const usedColumns =
  ({column}: Pick<NewColumn, 'column'>, text: string): Reads =>
  async (session, {schema, name}) => {
    const {rows} = await session.query(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ${quoteValue(schema)} AND table_name = ${quoteValue(name)}
       AND coalesce(generation_expression, '') = '' AND extra NOT LIKE '%auto_increment%' ORDER BY ordinal_position`,
    );
    const names = rows.map((row) => row['name'] ?? '').filter((one) => one !== column && isNamed(text, one));
    return names.map(quoteName).join(', ');
  };

/** As a word, which may be one of a text that it holds. */
export const isNamed = (text: string, column: string): boolean =>
  new RegExp(`(?<![\\p{L}\\p{N}_$])${column.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}_$])`, 'iu').test(text);

const body = ({table, column, type}: NewColumn, backfill: string, event: Event, used: string): string => {
  const name = quoteName(column);
  const names = used === '' ? [] : used.split(', ');
  const follows = (): string => `
  IF NOT crossfade_follows AND ${isSame(type, `NEW.${name}`, `OLD.${name}`)} THEN BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET crossfade_follows = FALSE;
      SELECT ${expression(backfill)} INTO crossfade_value ${fromRow('OLD', table, names)};
      SET crossfade_follows = ${isSame(type, `OLD.${name}`, 'crossfade_value')};
    END;
  END IF;`;
  return `BEGIN
  DECLARE crossfade_value ${variableType(type)};
  DECLARE crossfade_follows boolean DEFAULT NEW.${name} IS NULL;${event === 'INSERT' ? '' : follows()}
  IF crossfade_follows THEN BEGIN
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET NEW.${name} = NULL;
      SELECT ${expression(backfill)} INTO crossfade_value ${fromRow('NEW', table, names)};
      SET NEW.${name} = crossfade_value;
    END;
  END IF;
END`;
};
