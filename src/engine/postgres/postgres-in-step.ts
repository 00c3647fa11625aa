/**
 * The generated trigger that keeps a new column in step with the old ones until `contract`. It only ever gives values
 * to rows whose writer does not know the column, and it never makes the application fail: where the expression cannot
 * be computed the row stays without a value, which the verification finds.
 */
import {createHash} from 'node:crypto';
import {columnName, type NewColumn} from '../../model/planned-operation.ts';
import type {TableName} from '../../model/table.ts';
import type {MigrationRef} from '../engine.ts';
import {quoteName, quoteTable} from './postgres-sql.ts';

/** A plan's expression as one operand; a comment at its end ends with its line. */
export const expression = (text: string | undefined): string => `(${text ?? 'NULL'}\n)`;

/** The table under its own short name, so that an expression may say `orders.total` as well as `total`. */
export const filledTable = ({table}: {readonly table: TableName}): string => `${quoteTable(table)} AS ${quoteName(table.name)}`;

/**
 * A row follows the expression while its value is what the expression gave before the write. Values are compared as
 * text, because not every type has an equality.
 */
export const createInStep = (migration: MigrationRef, column: NewColumn, backfill: string): string => {
  const {functionName, quote} = namesOf(migration, column);
  const name = quoteName(column.column);
  const [now, before] = ['NEW', 'OLD'].map((row) => `FROM (SELECT ${row}.*) AS ${quoteName(column.table.name)}`);
  return `
CREATE FUNCTION ${functionName}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS ${quote}
#variable_conflict use_column
DECLARE
  crossfade_was text;
  crossfade_follows boolean := NEW.${name} IS NULL;
BEGIN
  IF TG_OP = 'UPDATE' AND NOT crossfade_follows AND NEW.${name}::text IS NOT DISTINCT FROM OLD.${name}::text THEN
    BEGIN
      SELECT (${expression(backfill)}::${column.type})::text INTO crossfade_was ${before};
      crossfade_follows := crossfade_was IS NOT DISTINCT FROM OLD.${name}::text;
    EXCEPTION WHEN OTHERS THEN
      NULL; -- not computable before, so the value is somebody's own
    END;
  END IF;
  IF crossfade_follows THEN
    BEGIN
      SELECT ${expression(backfill)} INTO NEW.${name} ${now};
    EXCEPTION WHEN OTHERS THEN
      NEW.${name} := NULL;
    END;
  END IF;
  RETURN NEW;
END ${quote};
${createTrigger(migration, column)}`;
};

/** Gives a column that goes its value where a writer does not know it any more. */
export const createDefaulting = (migration: MigrationRef, column: OneColumn, value: string): string => {
  const {functionName, quote} = namesOf(migration, column);
  const name = quoteName(column.column);
  return `
CREATE FUNCTION ${functionName}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS ${quote}
#variable_conflict use_column
BEGIN
  IF NEW.${name} IS NULL THEN
    SELECT ${expression(value)} INTO NEW.${name} FROM (SELECT NEW.*) AS ${quoteName(column.table.name)};
  END IF;
  RETURN NEW;
END ${quote};
${createTrigger(migration, column)}`;
};

type OneColumn = Pick<NewColumn, 'table' | 'column'>;

/** It fires for rows that are filled by us too. */
export const createTrigger = (migration: MigrationRef, column: OneColumn): string => {
  const {functionName, triggerName} = namesOf(migration, column);
  return `CREATE TRIGGER ${triggerName} BEFORE INSERT OR UPDATE ON ${quoteTable(column.table)} FOR EACH ROW EXECUTE FUNCTION ${functionName}();
ALTER TABLE ${quoteTable(column.table)} ENABLE ALWAYS TRIGGER ${triggerName}`;
};

/** Idempotent. */
export const dropInStep = (migration: MigrationRef, column: OneColumn): string => {
  const {functionName, triggerName} = namesOf(migration, column);
  return `DROP TRIGGER IF EXISTS ${triggerName} ON ${quoteTable(column.table)}; DROP FUNCTION IF EXISTS ${functionName}()`;
};

/** Triggers fire in the order of their names: ours comes last and sees what the application's own have made of the row. */
export const namesOf = (migration: MigrationRef, column: OneColumn) => {
  const digest = createHash('sha256').update(columnName(column)).digest('hex').slice(0, 8);
  return {
    functionName: `crossfade.${quoteName(`in_step_${migration.short}_${digest}`)}`,
    triggerName: quoteName(`zz_crossfade_${migration.short}_${digest}`),
    quote: `$crossfade_${digest}$`,
  };
};
