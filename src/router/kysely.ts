/**
 * `crossfade/router/kysely`: a router as a dialect of Kysely, so that an application that builds its queries keeps its
 * code. Every query is one `router.query`, every transaction one `router.transaction` on one connection: the rules
 * about what may be sent again are the router's. Outside a transaction no two queries share a connection.
 */
import {type Dialect, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler} from 'kysely';
import {inTransaction, type KyselyRouter, RouterDriver, type Send} from './kysely-driver.ts';
import type {Router, Transaction} from './router.ts';

/** `destroy` of the Kysely instance closes the router. Queries are compiled as for PostgreSQL. */
export const createRouterDialect = (router: Router): Dialect =>
  dialectOf({
    send: sendBy(router),
    transaction: (act, modes) => router.transaction((inside) => act(sendBy(inside)), modes),
    close: () => router.close(),
  });

/** For what a router's transaction runs: all queries of the Kysely instance belong to that transaction. */
export const createTransactionDialect = (transaction: Transaction): Dialect => dialectOf(inTransaction(sendBy(transaction)));

const dialectOf = (router: KyselyRouter): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new RouterDriver(router),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

const sendBy =
  (to: Pick<Router, 'query'>): Send =>
  async ({sql, parameters}) => {
    const {command, rowCount, rows} = await to.query(sql, parameters);
    return {rows, ...(CHANGES.has(command) ? {numAffectedRows: BigInt(rowCount ?? 0)} : {})};
  };

/** Kysely counts affected rows for these only. */
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
