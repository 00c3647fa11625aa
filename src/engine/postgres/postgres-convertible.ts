/** What the conversion of a schema asks of its source. */
import type {Convertible} from '../convertible.ts';
import {readPostgresSchema} from './postgres-schema-catalog.ts';
import type {PgSessions} from './postgres-sessions.ts';
import {quoteTable} from './postgres-sql.ts';

export const postgresConvertible = (sessions: PgSessions): Convertible => ({
  read: (tables) =>
    sessions.use((session) =>
      readPostgresSchema(
        session,
        tables.map(({name}) => name),
      ),
    ),
  count: (table, conditions) =>
    sessions.use(async (session) => {
      if (!conditions.length) return [];
      const counts = conditions.map((condition, i) => `count(*) FILTER (WHERE ${condition}) AS c${i}`);
      const row = await session.one(`SELECT ${counts.join(', ')} FROM ${quoteTable(table)}`);
      return conditions.map((_, i) => BigInt(row[`c${i}`] ?? '0'));
    }),
  collisions: (table, groupBy) =>
    sessions.use(async (session) => {
      const isThere = groupBy.map((expression) => `${expression} IS NOT NULL`).join(' AND ');
      const row = await session.one(
        `SELECT count(*)::text AS twins FROM (SELECT FROM ${quoteTable(table)} WHERE ${isThere} GROUP BY ${groupBy.join(', ')} HAVING count(*) > 1) AS groups_of_two`,
      );
      return BigInt(row['twins'] ?? '0');
    }),
});
