/** Which columns the expressions of a trigger use: a view on the empty copy of the table's shape tells. */
import type {Table} from '../../model/table.ts';
import type {Finding} from '../engine.ts';
import type {Change, Uses} from './postgres-change.ts';
import {expression} from './postgres-in-step.ts';
import type {PgSession} from './postgres-session.ts';
import {quoteName} from './postgres-sql.ts';

export const usedFindings = async (session: PgSession, table: Table, change: Change): Promise<Finding[]> => {
  const found: Finding[] = [];
  for (const use of change.uses ?? []) {
    await session.query(createView(change, use));
    const {rows} = await session.query(COLUMNS_OF_VIEW);
    await session.query(DROP_VIEW);
    found.push(...rows.flatMap((row) => finding(table, change, use, row['name'] ?? '')));
  }
  return found;
};

/** What is sent for that. */
export const usesTrial = (change: Change): string[] => (change.uses ?? []).flatMap((use) => [createView(change, use), DROP_VIEW]);

const createView = ({table}: Change, {text}: Uses): string =>
  `CREATE TEMP VIEW crossfade_uses AS SELECT ${expression(text)} AS value FROM pg_temp.crossfade_shape AS ${quoteName(table.name)}`;

const DROP_VIEW = 'DROP VIEW pg_temp.crossfade_uses';

const COLUMNS_OF_VIEW = `
  SELECT DISTINCT a.attname AS name FROM pg_rewrite r JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
  JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE r.ev_class = 'pg_temp.crossfade_uses'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = 'pg_temp.crossfade_shape'::regclass`;

/** A trigger runs before generated columns are computed, and sees none of them. */
const finding = (table: Table, {subject}: Change, {without}: Uses, used: string): Finding[] => {
  const refuse = (reason: string, next: string): Finding => ({severity: 'refuse', code: 'CF-PLAN-001', object: subject, reason, next});
  if (without.includes(used))
    return [refuse(`has an expression that uses the column itself (${used})`, 'compute it from the other columns')];
  if (!table.columns.some((one) => one.name === used && one.generated)) return [];
  const reason = `has an expression that uses the generated column ${used}, which is not computed yet when a row is written`;
  return [refuse(reason, `write out what ${used} is computed from`)];
};
