import type {ReadTally} from '../model/read-tally.ts';
import type {TableName} from '../model/table.ts';

/** What routers say of the reads of an application while these move to the target. Asked on the side that is open. */
export interface ReadReports {
  /** What keeps this table from being the outbox of an application with this role, in words; undefined when nothing does. */
  outboxFault(outbox: TableName, role: string): Promise<string | undefined>;
  /** Lets the role report. */
  allow(role: string): Promise<void>;
  /** One of each router that has reported under the route of this version. */
  reports(version: number): Promise<readonly ReadTally[]>;
}
