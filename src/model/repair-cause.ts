/** Why a row had to be repaired. A row without a known cause is taken for a fault of ours until a person has looked (docs/decisions/0017). */
export type RepairCause = 'not in the log' | 'seeded' | 'unknown';

/** Rows of one table that were repaired for one cause. */
export type RepairedRows = {
  readonly table: string;
  readonly cause: RepairCause;
  /** How that was told. */
  readonly why: string;
  readonly rows: number;
  /** Hashed, as in every report; the first of very many. */
  readonly keys: readonly string[];
};
