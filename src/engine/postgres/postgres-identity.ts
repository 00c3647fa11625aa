/** Where a column gets its numbers from, moved to the column that takes its place. */
import {createHash} from 'node:crypto';
import {columnName, type WiderColumn} from '../../model/planned-operation.ts';
import type {MigrationRef} from '../engine.ts';
import {quoteName, quoteTable, quoteValue} from './postgres-sql.ts';
import {widerNameOf} from './postgres-wider-names.ts';

/** While the table is locked, so that no number is given twice or left out. */
export const moveNumbers = (migration: MigrationRef, one: WiderColumn): string[] => {
  if (one.identity) return [moveIdentity(migration, one, one.identity)];
  if (!one.sequence) return [];
  const sequence = `ALTER SEQUENCE ${quoteTable(one.sequence)}`;
  return [`${sequence} AS ${one.into[0]?.type ?? ''}`, `${sequence} OWNED BY ${quoteTable(one.table)}.${quoteName(widerNameOf(one))}`];
};

/** The sequence of an identity cannot change its column: another one goes on where it stands, with its name and its options. */
const moveIdentity = (migration: MigrationRef, one: WiderColumn, identity: string): string => {
  const [table, wider] = [quoteTable(one.table), widerNameOf(one)];
  const set = `ALTER TABLE ${table} ALTER COLUMN ${quoteName(wider)} ADD GENERATED ${identity.toUpperCase()} AS IDENTITY`;
  const aside = `crossfade_${migration.short}_${createHash('sha256').update(columnName(one)).digest('hex').slice(0, 8)}`;
  const options = '(SEQUENCE NAME %s INCREMENT %s MINVALUE %s %s START %s CACHE %s %s)';
  return `
DO $crossfade$
DECLARE
  crossfade_was regclass := pg_get_serial_sequence(${quoteValue(table)}, ${quoteValue(one.column)})::regclass;
  crossfade_name text := crossfade_was::text;
  s record;
BEGIN
  SELECT * INTO s FROM pg_sequence WHERE seqrelid = crossfade_was;
  EXECUTE format('ALTER SEQUENCE %s RENAME TO %I', crossfade_name, ${quoteValue(aside)});
  EXECUTE format(${quoteValue(`${set} ${options}`)}, crossfade_name, s.seqincrement, s.seqmin,
    CASE WHEN s.seqmax IN (32767, 2147483647) THEN 'NO MAXVALUE' ELSE 'MAXVALUE ' || s.seqmax END,
    s.seqstart, s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END);
  EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s', crossfade_name, crossfade_was);
END $crossfade$`;
};
