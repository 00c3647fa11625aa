/** Where a sequence of PostgreSQL is found, set and read. */
import {inOrder} from './postgres-sql.ts';

/** By the column that owns it, or by its own name; NULL where this side has neither. */
const SEQUENCE_NAME = `coalesce(
  (SELECT pg_get_serial_sequence(owner_table, a.attname) FROM pg_attribute a WHERE a.attrelid = to_regclass(owner_table) AND a.attname = owner_column), name)`;

/**
 * Names, values, whether called, the tables and columns that own them, the number that they have to be behind, and
 * whether they count down, as seven arrays; sequences that are not there are left out.
 */
export const SET_SEQUENCES = `SELECT setval(to_regclass(found), last::bigint, called::boolean) FROM (
           SELECT ${SEQUENCE_NAME} AS found, last, called, below, down FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
             AS wanted(name, last, called, owner_table, owner_column, below, down)
         ) AS known WHERE to_regclass(found) IS NOT NULL
           AND (below IS NULL OR coalesce(CASE WHEN down = 'true' THEN pg_sequence_last_value(to_regclass(found)) > below::bigint ELSE pg_sequence_last_value(to_regclass(found)) < below::bigint END, true))`;

/** Few statements: this is read while writes are held. Names as SQL has them. */
export const sequenceValues = (names: readonly string[]): string[] =>
  inOrder(names.map((name) => `SELECT last_value::text AS last, is_called::text AS called FROM ${name}`));
