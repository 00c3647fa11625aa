/**
 * `crossfade/router/kysely`: a router as a dialect of Kysely, so that an application that builds its queries keeps its
 * code. Every query is one `router.query`, every transaction one `router.transaction` on one connection: the rules
 * about what may be sent again are the router's. Outside a transaction no two queries share a connection.
 */
import {
  type CompiledQuery,
  CompiledQuery as Compiled,
  createQueryId,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  IdentifierNode,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
  RawNode,
  type TransactionSettings,
} from 'kysely';
import type {Router} from './router.ts';
import {OpenTransaction} from './open-transaction.ts';

/** `destroy` of the Kysely instance closes the router. Queries are compiled as for PostgreSQL. */
export const createRouterDialect = (router: Router): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new RouterDriver(router),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

type Compile = QueryCompiler['compileQuery'];

class RouterDriver implements Driver {
  readonly #router: Router;

  constructor(router: Router) {
    this.#router = router;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<RouterConnection> {
    return new RouterConnection(this.#router);
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: RouterConnection, {isolationLevel, accessMode}: TransactionSettings): Promise<void> {
    await connection.begin();
    const modes = [isolationLevel && `isolation level ${isolationLevel}`, accessMode].filter(Boolean).join(' ');
    if (modes) await connection.executeQuery(Compiled.raw(`set transaction ${modes}`));
  }

  commitTransaction(connection: RouterConnection): Promise<void> {
    return connection.end('commit');
  }

  rollbackTransaction(connection: RouterConnection): Promise<void> {
    return connection.end('roll back');
  }

  savepoint(connection: RouterConnection, name: string, compile: Compile): Promise<void> {
    return runSavepoint(connection, 'savepoint', name, compile);
  }

  rollbackToSavepoint(connection: RouterConnection, name: string, compile: Compile): Promise<void> {
    return runSavepoint(connection, 'rollback to', name, compile);
  }

  releaseSavepoint(connection: RouterConnection, name: string, compile: Compile): Promise<void> {
    return runSavepoint(connection, 'release', name, compile);
  }

  destroy(): Promise<void> {
    return this.#router.close();
  }
}

async function runSavepoint(connection: RouterConnection, command: string, name: string, compile: Compile): Promise<void> {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)]);
  await connection.executeQuery(compile(node, createQueryId()));
}

/** What Kysely takes for a connection: the router outside a transaction, the transaction's own connection inside. */
class RouterConnection implements DatabaseConnection {
  readonly #router: Router;
  #transaction: OpenTransaction | undefined;

  constructor(router: Router) {
    this.#router = router;
  }

  async begin(): Promise<void> {
    this.#transaction = await OpenTransaction.begin(this.#router);
  }

  async end(how: 'commit' | 'roll back'): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    await (how === 'commit' ? transaction?.commit() : transaction?.rollBack());
  }

  async executeQuery<R>({sql, parameters}: CompiledQuery): Promise<QueryResult<R>> {
    const target = this.#transaction ?? this.#router;
    const {command, rowCount, rows} = await target.query(sql, parameters);
    return {rows: rows as R[], ...(CHANGES.has(command) ? {numAffectedRows: BigInt(rowCount ?? 0)} : {})};
  }

  // oxlint-disable-next-line require-yield -- Kysely asks for a generator, and there is nothing to give
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('a router does not stream: between two parts of an answer its connection could not be held back');
  }
}

/** Kysely counts affected rows for these only. */
const CHANGES: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
