/** `crossfade/router/mysql2/kysely`: as `kysely.ts`, for MySQL and MariaDB. */
import {type Dialect, MysqlAdapter, MysqlIntrospector, MysqlQueryCompiler} from 'kysely';
import type {QueryResult, QueryValues} from 'mysql2';
import {inTransaction, type KyselyRouter, RouterDriver, type Send} from './kysely-driver.ts';
import type {Mysql2Router, Mysql2Transaction} from './mysql2.ts';

/** `destroy` of the Kysely instance closes the router. Queries are compiled as for MySQL. */
export const createRouterDialect = (router: Mysql2Router): Dialect =>
  dialectOf({
    send: sendBy(router),
    transaction: (act, modes) => router.transaction((inside) => act(sendBy(inside)), modes),
    close: () => router.close(),
  });

/** For what a router's transaction runs: all queries of the Kysely instance belong to that transaction. */
export const createTransactionDialect = (transaction: Mysql2Transaction): Dialect => dialectOf(inTransaction(sendBy(transaction)));

const dialectOf = (router: KyselyRouter): Dialect => ({
  createAdapter: () => new MysqlAdapter(),
  createDriver: () => new RouterDriver(router),
  createIntrospector: (db) => new MysqlIntrospector(db),
  createQueryCompiler: () => new MysqlQueryCompiler(),
});

const sendBy =
  (to: Pick<Mysql2Router, 'query'>): Send =>
  async ({sql, parameters}) => {
    const [answer] = await to.query<QueryResult>(sql, parameters as QueryValues);
    if (Array.isArray(answer)) return {rows: answer};
    const {insertId, affectedRows, changedRows} = answer;
    return {
      rows: [],
      numAffectedRows: BigInt(affectedRows),
      numChangedRows: BigInt(changedRows),
      ...(insertId ? {insertId: BigInt(insertId)} : {}),
    };
  };
