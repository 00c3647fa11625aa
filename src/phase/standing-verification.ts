/**
 * Keeps a comparison true until the switch (hazards §4.2, "Freshness"). After a clean comparison of all rows only those
 * can differ that the stream has changed since, and those that somebody else has: the former are compared again in the
 * background, the latter are found by the next comparison of all rows, which is made anew when the last one grows old.
 *
 * What has changed is known only to the process that applied it. After a restart it is not known, the gate
 * `checksum-match` is red, and all rows are compared again. Lives as long as its runner; asked by the phases that
 * compare, by that gate, and by the cutover for what is left when both sides stand still.
 */
import type {JournalFact} from '../journal/journal.ts';
import {errorText, TransientError} from '../model/errors.ts';
import {nameOf, type TableName} from '../model/table.ts';
import type {Link} from '../pipeline/replication.ts';
import type {ChangedSince, Difference, VerifyReport} from '../verify/verifier.ts';
import {BackgroundWork} from './background-work.ts';
import {compareBudgetMs, type LittleLeft, untilLittleIsLeft} from './before-hold.ts';
import {ChangedRows} from './changed-rows.ts';
import {EmptiedParts} from './emptied-parts.ts';
import {type CompareContext, compareSides, evidenceOf, firstDifferences} from './compare-sides.ts';
import {type Lane, lane} from './lane.ts';
import type {PhaseContext} from './phase.ts';
import {causeOf, type Told} from './repair-cause.ts';
import {other} from './stream-roles.ts';
import {requireNoneParked, saysParked} from './way-back.ts';

/** Rows that changed wait about this long for their comparison, which the gate bounds by a minute. */
const CHANGED_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 500;
/** A comparison of all rows that could not be made is tried again. */
const AGAIN_MS = 60_000;
/** Of the freshness asked for, so that the comparison is over when the last one is too old. */
const RENEW_AT = 0.75;

type StandingContext = CompareContext & Pick<PhaseContext, 'replication' | 'throttle' | 'clock'>;
type InTurn = (stop: AbortSignal) => Lane;
type Clean = {readonly link: Link; readonly atMs: number};

export class StandingVerification {
  readonly #context: StandingContext;
  readonly #work: BackgroundWork;
  readonly #changed: ChangedRows;
  readonly #parts: EmptiedParts;
  #record: (fact: JournalFact) => Promise<void> = async () => {};
  #clean: Clean | undefined;
  /** Equal at the moment of the last hold: what the open side's stream brings from then on is all that can differ. */
  #equal: Clean | undefined;
  #trouble: string | undefined;
  #freshnessMs: number | undefined;
  #notBeforeMs = 0;
  #passes = 0;
  /** Attempts at a cutover since the last clean comparison of all rows. */
  #calledOff = 0;

  constructor(context: StandingContext) {
    this.#context = context;
    this.#changed = new ChangedRows(context, (report, link) => this.#note(report, link));
    this.#parts = new EmptiedParts(context);
    this.#work = new BackgroundWork(context.clock, (error) => this.#failed(error));
  }

  /** `record`: durable when it returns. Ends with `signal`, or with `stop`. */
  start(record: (fact: JournalFact) => Promise<void>, signal: AbortSignal): void {
    this.#record = record;
    this.#work.repeat(CHANGED_EVERY_MS, signal, (stop) => this.#compareChanged(stop));
    this.#work.repeat(LOOK_EVERY_MS, signal, (stop) => this.#renew(stop));
  }

  stop(): void {
    this.#work.stop();
  }

  /** All rows, or those of some tables. When they are equal, what counts is what changed since this began. */
  async compareAll(link: Link, signal: AbortSignal, inTurn: InTurn, only?: readonly TableName[]): Promise<VerifyReport> {
    const tables = only ?? (await this.#context.mappings(link.direction)).map(({to}) => to.name);
    const parts = await this.#parts.read(link.direction);
    const turn = link.changed.begin(tables);
    const before = this.#changed.differing;
    this.#passes++;
    try {
      const report = await compareSides(this.#context, link, signal, inTurn, only);
      const isClean = report.equal && this.#changed.differing === before;
      if (isClean) link.changed.passed(turn, tables);
      if (isClean) this.#parts.passed(link.direction, parts, tables);
      if (isClean && !only) this.#begin({link, atMs: this.#context.clock.monotonicMs()});
      this.#changed.differ(report);
      return report;
    } finally {
      this.#passes--;
    }
  }

  /** Asked by a gate, so from now on the comparison is renewed before it is older than that. */
  changedSince(freshnessMs: number): ChangedSince {
    this.#freshnessMs = freshnessMs;
    const link = this.#link();
    if (!link || this.#clean?.link !== link) return {isKnown: false, why: this.#whyUnknown()};
    const {size, oldestSinceMs, whole} = link.changed;
    const nowMs = this.#context.clock.monotonicMs();
    return {
      isKnown: true,
      compared: this.#changed.equal,
      waiting: size,
      oldestMs: oldestSinceMs === undefined ? 0 : nowMs - oldestSinceMs,
      whole: whole.map(nameOf),
      differing: this.#changed.differing,
      trouble: this.#trouble,
    };
  }

  /** How a row came to differ; to be asked before it is repaired, which touches it. */
  causeOf(link: Link, difference: Difference): Told {
    return causeOf(difference, {
      isKept: this.#clean?.link === link,
      touched: (table, key) => this.#changed.touched(link, table, key),
      whole: link.changed.whole,
      emptied: this.#parts.emptied,
    });
  }

  /** While a cutover is attempted nothing is compared but what it asks for itself. */
  async whileStill<T>(act: () => Promise<T>): Promise<T> {
    this.#equal = undefined;
    return this.#work.whileStill(act);
  }

  /** Before a hold: until there is time in it for what is left. Throws when rows differ, and when that does not come about. */
  async compareChanged(link: Link, signal: AbortSignal, limitMs = Infinity): Promise<LittleLeft> {
    const {clock, plan, telemetry} = this.#context;
    const {changed} = link;
    requireNoneParked(link);
    const isKnown = this.#clean?.link === link;
    const round = async () => {
      await this.#parts.tell(link);
      const whole = isKnown ? changed.whole : [];
      if (whole.length) await this.compareAll(link, signal, unthrottled, whole);
      return this.#changed.round(link, signal);
    };
    if (!isKnown) return {rows: (await round()).rows, rounds: 1, left: changed.size, foreseenMs: 0};
    const tell = (words: string | undefined): void => telemetry.work('before the hold', words);
    const request = {changed, budgetMs: compareBudgetMs(plan.plan.cutover), limitMs, clock, round, tell};
    return untilLittleIsLeft(request).finally(() => tell(undefined));
  }

  /** An attempt at a cutover came to nothing. What is no passing trouble puts the comparison itself in doubt. */
  calledOff(error: unknown): void {
    this.#calledOff++;
    if (!(error instanceof TransientError) && !saysParked(error) && this.#changed.differing === 0) this.#clean = undefined;
  }

  /**
   * How many attempts the last comparison of all rows has outlived: what changed since is known, no row is known to differ,
   * and it is not too old. 0: only another one can tell.
   */
  outlived(link: Link): number {
    const clean = this.#clean;
    if (clean?.link !== link || this.#changed.differing > 0) return 0;
    const ageMs = this.#context.clock.monotonicMs() - clean.atMs;
    return ageMs <= (this.#freshnessMs ?? Infinity) ? this.#calledOff : 0;
  }

  /** Both sides stand still at one position: everything that is left, exactly. Throws when rows differ. */
  async compareLeft(link: Link, signal: AbortSignal): Promise<{readonly isKnown: boolean; readonly rows: number; readonly tables: number}> {
    requireNoneParked(link);
    const isKnown = this.#clean?.link === link;
    const {direction} = link;
    const looks = [this.#parts.tell(link), this.#parts.turn(other(direction))] as const;
    const [{rows, tables}] = await Promise.all([this.#changed.inHold(link, signal), ...looks]);
    const whole = isKnown ? link.changed.whole : [];
    const report = whole.length ? await compareSides(this.#context, link, signal, unthrottled, whole, 'still') : undefined;
    signal.throwIfAborted(); // then the sides may stand still no longer, and nothing was found
    if (report) this.#changed.differ(report);
    this.#changed.requireEqual();
    if (isKnown) this.#equal = this.#clean;
    return {isKnown, rows, tables: tables + whole.length};
  }

  /** The stream of the side that was opened, before it has brought anything. */
  carryOver(link: Link): void {
    const equal = this.#equal;
    this.#equal = undefined;
    if (!equal) return;
    const {whole} = link.changed;
    link.changed.passed(link.changed.begin(whole), whole);
    this.#begin({...equal, link});
  }

  #begin(clean: Clean): void {
    this.#clean = clean;
    this.#changed.reset();
    this.#trouble = undefined;
    this.#calledOff = 0;
  }

  async #compareChanged(signal: AbortSignal): Promise<void> {
    const link = this.#link();
    if (!link?.strict) return;
    await this.#parts.tell(link);
    if (link.changed.size === 0) return;
    await this.#changed.inBackground(link, this.#inTurn(signal)(signal), signal);
    this.#trouble = undefined;
  }

  /** Until a person has seen to rows that differ nothing is renewed. Else: all rows where nothing is known or the last comparison grows old, and those of tables that changed as a whole. */
  async #renew(signal: AbortSignal): Promise<void> {
    const link = this.#link();
    const {clock, telemetry} = this.#context;
    if (!link?.strict || this.#passes > 0 || this.#changed.differing > 0 || clock.monotonicMs() < this.#notBeforeMs) return;
    const due = this.#due(link);
    if (!due) return;
    telemetry.note(`compared again: ${due.why}`);
    this.#notBeforeMs = clock.monotonicMs() + AGAIN_MS;
    const report = await this.compareAll(link, signal, this.#inTurn(signal), due.only).finally(() => {
      if (signal.aborted) this.#notBeforeMs = 0; // it was not the comparison that failed
    });
    if (report.equal) this.#notBeforeMs = 0;
    if (report.differing || !due.only) await this.#note(report, link);
  }

  #due(link: Link): {readonly why: string; readonly only?: readonly TableName[]} | undefined {
    const nowMs = this.#context.clock.monotonicMs();
    const clean = this.#clean;
    if (clean?.link !== link) return this.#freshnessMs !== undefined || link.direction === 'reverse' ? {why: 'all rows'} : undefined;
    if (this.#freshnessMs !== undefined && nowMs - clean.atMs > this.#freshnessMs * RENEW_AT)
      return {why: 'all rows, before it is too long ago'};
    const only = link.changed.whole;
    return only.length ? {why: `all rows of ${only.map(nameOf).join(', ')}`, only} : undefined;
  }

  async #note(report: VerifyReport, link: Link): Promise<void> {
    const {clock, telemetry} = this.#context;
    const found = report.differing ? `${report.differing} rows differ: ${firstDifferences(report)}` : undefined;
    if (found !== undefined) telemetry.note(`CF-VERIFY-001: ${found}`);
    const evidence = {...evidenceOf(report, clock.now(), link.direction), ...(found === undefined ? {} : {found: {text: found}})};
    await this.#record({type: 'verified', by: 'runner', evidence, repaired: 0, error: undefined});
  }

  #failed(error: unknown): void {
    const trouble = errorText(error);
    if (trouble !== this.#trouble) this.#context.telemetry.note(`rows could not be compared, and are tried again: ${trouble}`);
    this.#trouble = trouble;
  }

  #whyUnknown(): string {
    const doing = this.#passes > 0 ? 'all rows are being compared' : 'all rows will be compared';
    return this.#changed.differing > 0
      ? 'rows differ'
      : `no comparison is known to this runner, ${doing}${this.#trouble ? `: ${this.#trouble}` : ''}`;
  }

  #link(): Link | undefined {
    const {replication} = this.#context;
    return [replication.link('forward'), replication.link('reverse')].find((link) => link?.mode === 'apply');
  }

  #inTurn(signal: AbortSignal): InTurn {
    return (stop) => lane({...this.#context, signal, pausable: (_where, work) => work}, 'verify', 'between ranges', stop);
  }
}

const unthrottled: InTurn = () => (piece) => piece();
