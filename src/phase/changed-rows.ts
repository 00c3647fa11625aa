/** The rows that a link has changed since they were compared: compared in the background, before a hold, and in it. */
import type {Key} from '../model/change.ts';
import {assert} from '../model/assert.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {WaitingRows} from '../pipeline/changed-keys.ts';
import type {Link} from '../pipeline/replication.ts';
import {hashedKey, type Rounds, type RowsReport, type VerifyReport} from '../verify/verifier.ts';
import type {Round} from './before-hold.ts';
import {type CompareContext, firstDifferences, requestOf} from './compare-sides.ts';
import type {Lane} from './lane.ts';
import type {PhaseContext} from './phase.ts';

/** Keys compared at once, so that a round has an end. */
const KEYS_MAX = 50_000;
/** Whoever changes a row all the while is left alone at first; the row is looked at again in the next round. */
const A_FEW: Rounds = {max: 3, free: 3};
/** A row that waits longer than this is given a quiet moment. */
const PATIENCE_MS = 30_000;
const PATIENTLY: Rounds = {max: 12, free: 3};
/** Rows that are read once more to see how quickly a hold would read them. */
const REHEARSED_MAX = 1_000;

type Compared = {readonly rows: number; readonly tables: number};

export class ChangedRows {
  readonly #context: CompareContext & Pick<PhaseContext, 'clock'>;
  readonly #found: (report: VerifyReport, link: Link) => Promise<void>;
  /** Rows found to differ since the last clean comparison of all rows began, and the first of them. */
  differing = 0;
  #first = '';
  /** Found equal since then. */
  equal = 0;
  /**
   * Hashed keys of rows that the stream had changed and that were found to differ since then: they wait no more, and are
   * not equal. A table's name where more differed than were named.
   */
  readonly #suspects = new Set<string>();

  /** `found` is told of rows that differ, once. */
  constructor(context: CompareContext & Pick<PhaseContext, 'clock'>, found: (report: VerifyReport, link: Link) => Promise<void>) {
    this.#context = context;
    this.#found = found;
  }

  reset(): void {
    this.differing = 0;
    this.equal = 0;
    this.#suspects.clear();
  }

  /** Whether the stream has changed that row since it was found equal. */
  touched({changed}: Pick<Link, 'changed'>, table: TableName, key: Key): boolean {
    return changed.has(table, key) || this.#suspects.has(nameOf(table)) || this.#suspects.has(hashedKey(table, key));
  }

  /** What waits, through `lane`. Rows that differ are no failure: they are on record, and the gate is red. */
  async inBackground(link: Link, lane: Lane, signal: AbortSignal): Promise<void> {
    while (link.changed.size > 0) {
      const waitedMs = this.#context.clock.monotonicMs() - (link.changed.oldestSinceMs ?? Infinity);
      const rounds = waitedMs > PATIENCE_MS ? PATIENTLY : A_FEW;
      await lane(() => this.#compare(link, KEYS_MAX, rounds, signal));
      if (link.changed.size < KEYS_MAX) return;
    }
  }

  /** Before a hold: all that waits, once. Throws when rows differ. */
  async round(link: Link, signal: AbortSignal): Promise<Round> {
    const {rows, taken} = await this.#compare(link, Infinity, A_FEW, signal);
    this.requireEqual();
    return {rows, read: await this.#rehearse(link, someOf(taken, REHEARSED_MAX), signal)};
  }

  /** All of them, while both sides stand still at one position. */
  async inHold(link: Link, signal: AbortSignal): Promise<Compared> {
    const {rows, tables} = await this.#compare(link, Infinity, undefined, signal);
    this.requireEqual();
    return {rows, tables};
  }

  differ(report: VerifyReport): void {
    if (report.differing > 0) this.#first = firstDifferences(report);
    this.differing += report.differing;
  }

  /** No cutover passes over a difference that is known, whenever it was found. */
  requireEqual(): void {
    if (this.differing === 0) return;
    throw new TerminalError(`${this.differing} rows differ: ${this.#first}`, {
      code: 'CF-VERIFY-001',
      next: 'crossfade verify --repair, or abort',
    });
  }

  #suspect({tables}: VerifyReport): void {
    for (const {table, differences, differing} of tables) {
      for (const {key} of differences) this.#suspects.add(hashedKey(table, key));
      if (differing > differences.length) this.#suspects.add(nameOf(table));
    }
  }

  async #compare(link: Link, keysMax: number, live: Rounds | undefined, signal: AbortSignal): Promise<Taken> {
    const compared = await compareTaken(this.#context, link, keysMax, live, signal, (found) => this.#suspect(found));
    const {rows, report} = compared;
    this.equal += rows - report.differing;
    this.differ(report);
    if (report.differing > 0) await this.#found(report, link);
    return compared;
  }

  /** Reads rows as a hold does. Both sides are in use, so what it finds says nothing; only how long it takes does. */
  async #rehearse(link: Link, rows: readonly Keys[], signal: AbortSignal): Promise<Round['read']> {
    const {clock} = this.#context;
    const beganMs = clock.monotonicMs();
    if (rows.length) await compareKeys(this.#context, link, rows, undefined, signal);
    return {rows: countOf(rows), ms: clock.monotonicMs() - beganMs};
  }
}

type Keys = {readonly table: TableName; readonly keys: readonly Key[]};
type Taken = Compared & {readonly report: VerifyReport; readonly taken: readonly Keys[]};

/** `suspect` is told what differs before those rows wait no more. `live`: both sides are in use, and a row may be looked at so often; otherwise they stand still. */
const compareTaken = async (
  context: CompareContext,
  link: Link,
  keysMax: number,
  live: Rounds | undefined,
  signal: AbortSignal,
  suspect: (report: VerifyReport) => void,
): Promise<Taken> => {
  const waiting = link.changed.take(keysMax);
  const taken = waiting.map(keysOf);
  try {
    const {report, open} = await compareKeys(context, link, taken, live, signal);
    signal.throwIfAborted(); // whoever stopped this may have let go of sides that had to stand still
    const left = open.map(({table, keys}) => ({table: table.name, keys}));
    suspect(report);
    link.changed.settle(waiting, left);
    return {rows: countOf(taken) - countOf(left), tables: taken.length, report, taken};
  } catch (error) {
    link.changed.settle(waiting, taken);
    throw error;
  }
};

const compareKeys = async (
  context: CompareContext,
  link: Link,
  rows: readonly Keys[],
  live: Rounds | undefined,
  signal: AbortSignal,
): Promise<RowsReport> => {
  const request = await requestOf(context, link, signal);
  const tables = (await context.mappings(link.direction)).map((mapping) => mapping.writes);
  const wanted = rows.map(({table, keys}) => ({table: named(tables, table), keys}));
  return context.verifier.verifyRows({...request, evidence: live && link, rows: wanted, rounds: live});
};

const keysOf = ({table, keys}: WaitingRows): Keys => ({table, keys: keys.map(({key}) => key)});

/** About so many, of each table its share. */
const someOf = (rows: readonly Keys[], about: number): readonly Keys[] => {
  const share = about / Math.max(about, countOf(rows));
  return rows.map(({table, keys}) => ({table, keys: keys.slice(0, Math.ceil(keys.length * share))}));
};

const countOf = (rows: readonly {readonly keys: readonly Key[]}[]): number => rows.reduce((sum, {keys}) => sum + keys.length, 0);

const named = <T extends {readonly name: TableName}>(tables: readonly T[], name: TableName): T => {
  const found = tables.find((table) => nameOf(table.name) === nameOf(name));
  assert(found, `${nameOf(name)} is a mapped table`);
  return found;
};
