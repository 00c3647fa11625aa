/** What a transaction of the demo's application is, and what it is made from. */
import type {Transaction} from '../../src/router/router.ts';
import type {Chance} from './chance.ts';
import type {Write} from './client-log.ts';
import type {OwnedRows} from './owned-rows.ts';

export type Query = Transaction['query'];

export type Operation = {
  readonly kind: string;
  readonly writes: readonly Write[];
  /** Inside a transaction; the ledger row is written by the caller. */
  readonly run?: (query: Query) => Promise<unknown>;
  /** Instead: one statement on its own, which takes the ledger's values as its first four parameters. */
  readonly single?: {readonly text: string; readonly params: readonly unknown[]};
};

/** What an operation is made from. `products` and `customers`: how many the shop was filled with. */
export type Setting = {
  readonly client: number;
  readonly chance: Chance;
  readonly rows: OwnedRows;
  readonly products: number;
  readonly customers: number;
};
