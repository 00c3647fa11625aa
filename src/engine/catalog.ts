import type {Inventory} from '../model/inventory.ts';
import type {Side} from '../model/side.ts';
import type {Table} from '../model/table.ts';
import type {Finding, Grant} from './finding.ts';

/** What stands in a side's own books. */
export interface Catalog {
  /** Tables that match the scope, partitions folded into their root, in name order. */
  tables(scope: Scope): Promise<Table[]>;
  /** What stands in the way of using this database as source or target of these tables. Asked by assess and doctor. */
  findings(as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Finding[]>;
  /** All rights that this side's role needs for these tables, held or not, in the order of the phases. */
  grants(as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Grant[]>;
  /** What is there, for `assess`; the key indexes of these tables are checked where the server can. */
  inventory(tables: readonly Table[]): Promise<Inventory>;
}

/** Patterns of `schema.table`. */
export type Scope = {readonly tables: readonly string[]; readonly exclude: readonly string[]};

/** What a plan asks for that needs rights of its own. */
export type Wishes = {
  /** Transactions of others that keep a cutover waiting are ended. */
  readonly endsBlockers: boolean;
  /** What accounts of the application are and may do is looked up. */
  readonly namesApplications?: boolean;
  /** Policies that hide rows from a table's owner are made on the target as they are on the source. */
  readonly carriesPolicies?: boolean;
  /** A schema that Crossfade writes is tried out on the target before it is made. */
  readonly triesSchema?: boolean;
};
