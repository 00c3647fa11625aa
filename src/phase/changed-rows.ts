/** The rows that a link has changed since they were compared: compared in the background, before a hold, and in it. */
import type {Key} from '../model/change.ts';
import {assert} from '../model/assert.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {WaitingRows} from '../pipeline/changed-keys.ts';
import type {Link} from '../pipeline/replication.ts';
import type {Rounds, VerifyReport} from '../verify/verifier.ts';
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
/** Before a hold: what is left then is compared in it. */
const LEFT_MAX = 200;

type Compared = {readonly rows: number; readonly tables: number};

export class ChangedRows {
  readonly #context: CompareContext & Pick<PhaseContext, 'clock'>;
  readonly #found: (report: VerifyReport, link: Link) => Promise<void>;
  /** Rows found to differ since the last clean comparison of all rows began, and the first of them. */
  differing = 0;
  #first = '';
  /** Found equal since then. */
  equal = 0;

  /** `found` is told of rows that differ, once. */
  constructor(context: CompareContext & Pick<PhaseContext, 'clock'>, found: (report: VerifyReport, link: Link) => Promise<void>) {
    this.#context = context;
    this.#found = found;
  }

  reset(): void {
    this.differing = 0;
    this.equal = 0;
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

  /** As long as it helps, and no longer than `limitMs`. */
  async beforeHold(link: Link, limitMs: number, signal: AbortSignal): Promise<number> {
    const {clock} = this.#context;
    const untilMs = clock.monotonicMs() + limitMs;
    let rows = 0;
    for (let before = Infinity; link.changed.size > 0 && link.changed.size < before && clock.monotonicMs() < untilMs; ) {
      before = link.changed.size;
      rows += (await this.#compare(link, KEYS_MAX, A_FEW, signal)).rows;
      if (link.changed.size <= LEFT_MAX) break;
    }
    this.requireEqual();
    return rows;
  }

  /** All of them, while both sides stand still at one position. */
  async inHold(link: Link, signal: AbortSignal): Promise<Compared> {
    const compared = await this.#compare(link, Infinity, undefined, signal);
    this.requireEqual();
    return compared;
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

  async #compare(link: Link, keysMax: number, live: Rounds | undefined, signal: AbortSignal): Promise<Compared> {
    const {rows, tables, report} = await compareTaken(this.#context, link, keysMax, live, signal);
    this.equal += rows - report.differing;
    this.differ(report);
    if (report.differing > 0) await this.#found(report, link);
    return {rows, tables};
  }
}

/** `live`: both sides are in use, and a row may be looked at so often; otherwise they stand still. */
const compareTaken = async (
  context: CompareContext,
  link: Link,
  keysMax: number,
  live: Rounds | undefined,
  signal: AbortSignal,
): Promise<Compared & {readonly report: VerifyReport}> => {
  const request = await requestOf(context, link, signal);
  const tables = (await context.mappings(link.direction)).map((mapping) => mapping.writes);
  const taken = link.changed.take(keysMax);
  try {
    const wanted = taken.map((rows) => ({...keysOf(rows), table: named(tables, rows.table)}));
    const {report, open} = await context.verifier.verifyRows({...request, evidence: live && link, rows: wanted, rounds: live});
    const left = open.map(({table, keys}) => ({table: table.name, keys}));
    link.changed.settle(taken, left);
    return {rows: countOf(wanted) - countOf(left), tables: wanted.length, report};
  } catch (error) {
    link.changed.settle(taken, taken.map(keysOf));
    throw error;
  }
};

const keysOf = ({table, keys}: WaitingRows) => ({table, keys: keys.map(({key}) => key)});

const countOf = (rows: readonly {readonly keys: readonly Key[]}[]): number => rows.reduce((sum, {keys}) => sum + keys.length, 0);

const named = <T extends {readonly name: TableName}>(tables: readonly T[], name: TableName): T => {
  const found = tables.find((table) => nameOf(table.name) === nameOf(name));
  assert(found, `${nameOf(name)} is a mapped table`);
  return found;
};
