/** Who uses columns that go: objects of the catalogue, and statements of clients where pg_stat_statements keeps them. */
import type {OldColumn} from '../../model/planned-operation.ts';
import type {Users} from '../alter.ts';
import type {Change} from './postgres-change.ts';
import {dependentsOf} from './postgres-dependents.ts';
import type {PgSession} from './postgres-session.ts';
import {isNoRecord, recordSchema} from './postgres-statement-record.ts';

export const usersOf = async (session: PgSession, {old}: Change): Promise<Users> => {
  const objects: string[] = [];
  const statements: Users['statements'][number][] = [];
  for (const column of old) {
    objects.push(...(await dependentsOf(session, column)));
    if (!column.comesBack) statements.push(...(await statementsOf(session, column)));
  }
  return {objects, statements};
};

/** By their words: those that name both the column and the table. Values are not in the texts, which are cut short. */
const statementsOf = async (session: PgSession, {table, column}: OldColumn): Promise<Users['statements']> => {
  const schema = await recordSchema(session);
  if (schema === undefined) return [];
  try {
    const {rows} = await session.query(sentWith(schema), [wordOf(table.name), wordOf(column)]);
    return rows.map((row) => ({text: row['text'] ?? '', calls: BigInt(row['calls'] ?? '0')}));
  } catch (error) {
    if (isNoRecord(error)) return [];
    throw error;
  }
};

const sentWith = (schema: string): string => `
  SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS text, sum(calls)::text AS calls FROM ${schema}.pg_stat_statements
  WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* '^\\s*(select|insert|update|delete|merge|with)\\M'
    AND query !~* '\\mcrossfade|\\mpg_(catalog|stat|class|attribute|extension)' AND query ~ $1 AND query ~ $2 GROUP BY 1 ORDER BY 1`;

const wordOf = (name: string): string => `\\m${name.replaceAll(/\W/g, '\\$&')}\\M`;
