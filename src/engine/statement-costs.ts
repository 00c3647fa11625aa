/**
 * What a server has counted of its clients' statements, for people: nothing is decided by it. Asked before a cutover and
 * after it, and by `crossfade statements`.
 */
import type {PlanShape} from '../model/plan-shape.ts';
import type {StatementRecord, StatementTime} from '../model/statement-times.ts';

export interface StatementCosts {
  /** Those that took the most time in all, first. Of this database, without those of Crossfade. */
  read(): Promise<StatementRecord<SentStatement>>;
  /** How the server would carry it out, without values; nothing is carried out. Rejects, with the reason, where it does not tell. */
  plan(statement: SentStatement): Promise<string>;
  /** The same, to be compared with what another server tells of the same text; absent where an engine plans nothing without values. */
  shape?(statement: Pick<SentStatement, 'sent'>): Promise<PlanShape>;
}

/** `sent`: as the server keeps it. */
export type SentStatement = StatementTime & {readonly sent: string};
