/** What the dialects share: every query is one of the router, every transaction one of the router's on one connection. */
import {
  type CompiledQuery,
  createQueryId,
  type DatabaseConnection,
  type Driver,
  IdentifierNode,
  type QueryCompiler,
  type QueryResult,
  RawNode,
  type TransactionSettings,
} from 'kysely';
import {OpenTransaction} from './open-transaction.ts';
import type {TransactionModes} from './router-side.ts';

export type Send = (query: CompiledQuery) => Promise<QueryResult<unknown>>;

/** A router as Kysely uses it. */
export type KyselyRouter = {
  readonly send: Send;
  transaction(act: (send: Send) => Promise<void>, modes: TransactionModes): Promise<void>;
  close(): Promise<void>;
};

/** One transaction that has begun already, and that its own router ends. */
export const inTransaction = (send: Send): KyselyRouter => ({
  send,
  transaction: () => Promise.reject(new Error('this Kysely instance is inside a transaction of the router, which knows no other in it')),
  close: async () => {},
});

type Compile = QueryCompiler['compileQuery'];

export class RouterDriver implements Driver {
  readonly #router: KyselyRouter;

  constructor(router: KyselyRouter) {
    this.#router = router;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<RouterConnection> {
    return new RouterConnection(this.#router);
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: RouterConnection, settings: TransactionSettings): Promise<void> {
    await connection.begin(modesOf(settings));
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
    return runSavepoint(connection, 'release savepoint', name, compile);
  }

  destroy(): Promise<void> {
    return this.#router.close();
  }
}

function modesOf({isolationLevel, accessMode}: TransactionSettings): TransactionModes {
  if (isolationLevel === 'snapshot') throw new TypeError('neither PostgreSQL nor MySQL knows the isolation level snapshot');
  return {...(isolationLevel ? {isolationLevel} : {}), ...(accessMode ? {accessMode} : {})};
}

async function runSavepoint(connection: RouterConnection, command: string, name: string, compile: Compile): Promise<void> {
  const node = RawNode.createWithChildren([RawNode.createWithSql(`${command} `), IdentifierNode.create(name)]);
  await connection.executeQuery(compile(node, createQueryId()));
}

/** What Kysely takes for a connection: the router outside a transaction, the transaction's own connection inside. */
class RouterConnection implements DatabaseConnection {
  readonly #router: KyselyRouter;
  #transaction: OpenTransaction<Send> | undefined;

  constructor(router: KyselyRouter) {
    this.#router = router;
  }

  async begin(modes: TransactionModes): Promise<void> {
    this.#transaction = await OpenTransaction.begin<Send>((act) => this.#router.transaction(act, modes));
  }

  async end(how: 'commit' | 'roll back'): Promise<void> {
    const transaction = this.#transaction;
    this.#transaction = undefined;
    await (how === 'commit' ? transaction?.commit() : transaction?.rollBack());
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const result = await (this.#transaction ? this.#transaction.send((send) => send(query)) : this.#router.send(query));
    return result as QueryResult<R>;
  }

  // oxlint-disable-next-line require-yield -- Kysely asks for a generator, and there is nothing to give
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('a router does not stream: between two parts of an answer its connection could not be held back');
  }
}
