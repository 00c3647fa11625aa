/** What the conversion of a schema asks of its source. */
import type {MysqlTable} from '../../model/mysql-schema.ts';
import type {Convertible} from '../convertible.ts';
import {createTable} from './mysql-create-table.ts';
import {readMysqlSchema} from './mysql-schema-catalog.ts';
import type {MySessions} from './mysql-sessions.ts';
import {quoteTable} from './mysql-sql.ts';

export const mysqlConvertible = (sessions: MySessions): Convertible => ({
  read: (tables) =>
    sessions.use(async (session) => {
      const schema = await readMysqlSchema(
        session,
        tables.map(({name}) => name),
      );
      const whole: MysqlTable[] = [];
      for (const table of schema.tables) whole.push({...table, ddl: await createTable(session, table.name)});
      return {...schema, tables: whole};
    }),
  count: (table, conditions) =>
    sessions.use(async (session) => {
      if (!conditions.length) return [];
      const sums = conditions.map((condition, i) => `coalesce(sum(CASE WHEN ${condition} THEN 1 ELSE 0 END), 0) AS c${i}`);
      const row = await session.one(`SELECT ${sums.join(', ')} FROM ${quoteTable(table)}`);
      return conditions.map((_, i) => BigInt(row[`c${i}`] ?? '0'));
    }),
  collisions: (table, groupBy) =>
    sessions.use(async (session) => {
      const isThere = groupBy.map((expression) => `${expression} IS NOT NULL`).join(' AND ');
      const row = await session.one(
        `SELECT count(*) AS twins FROM (SELECT 1 AS one FROM ${quoteTable(table)} WHERE ${isThere} GROUP BY ${groupBy.join(', ')} HAVING count(*) > 1) AS groups_of_two`,
      );
      return BigInt(row['twins'] ?? '0');
    }),
});
