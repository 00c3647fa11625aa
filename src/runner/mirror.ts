/**
 * Both databases keep a copy of the journal, so that a lost one can be rebuilt (`adopt`) and an old one, restored from a
 * backup, is refused (H-97). A database that lacks what it had confirmed is refused as well (H-63). Everything goes there in
 * order, with the next entry that matters: phase changes, gates, decisions and signals at once, the steps between them along
 * with those.
 */
import type {Database} from '../engine/engine.ts';
import {forkOf, lostAfter, mirroredForm, type MirroredRow, readMirrored} from '../journal/mirrored.ts';
import type {Entry, Journal} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';

type Copy = {readonly side: Database; upTo: number};

export class Mirror {
  readonly #journal: Journal;
  readonly #epoch: number;
  readonly #copies: readonly Copy[];
  #turn: Promise<void> = Promise.resolve();

  private constructor(journal: Journal, epoch: number, copies: readonly Copy[]) {
    this.#journal = journal;
    this.#epoch = epoch;
    this.#copies = copies;
  }

  /**
   * Under the lease. Throws CF-STATE-002 when this journal is not the one that the databases have seen last, and
   * CF-STATE-003 when one of them has lost something since; else brings them up to date.
   */
  static async open(journal: Journal, sides: readonly Database[], epoch: number): Promise<Mirror> {
    const entries = await journal.entries();
    const copies = await Promise.all([...new Set(sides)].map(async (side) => ({side, upTo: await lastKnown(journal, entries, side)})));
    const mirror = new Mirror(journal, epoch, copies);
    await mirror.flush();
    return mirror;
  }

  /** Both sides get what they do not have, or this throws: a side that is not there is noticed now and not after the state was lost. */
  flush(): Promise<void> {
    const flushed = this.#turn.then(() => this.#send());
    this.#turn = flushed.catch(() => undefined); // the caller's; the next one takes its turn all the same
    return flushed;
  }

  async #send(): Promise<void> {
    const news = await this.#journal.entries(Math.min(...this.#copies.map(({upTo}) => upTo)));
    await Promise.all(this.#copies.map((copy) => this.#sendTo(copy, news)));
  }

  async #sendTo(copy: Copy, news: readonly Entry[]): Promise<void> {
    const missing = news.filter(({seq}) => seq > copy.upTo);
    if (!missing.length) return;
    await copy.side.control.mirror(missing.map(mirroredForm), this.#epoch);
    copy.upTo = missing.at(-1)?.seq ?? copy.upTo;
  }
}

/** The newest entry alone decides: it names all before it. That nobody altered those is the business of `events --verify`. */
const lastKnown = async (journal: Journal, entries: readonly Entry[], side: Database): Promise<number> => {
  const rows = await side.control.mirrored();
  const last = rows.at(-1);
  if (!last || entries[last.seq - 1]?.hash === last.hash) {
    await refuseLoss(journal, entries, last, side);
    return last?.seq ?? 0;
  }
  const copy = readMirrored(journal.migration, rows).entries;
  const fork = forkOf(copy, entries) ?? entries.length + 1;
  throw new TerminalError(
    `this journal of the run ends with entry ${entries.length}, and the ${side.side} has seen ${last.seq}; they part at entry ${fork}: it is an older copy, or the run was adopted elsewhere`,
    {
      code: 'CF-STATE-002',
      next: 'resume with the state that was used last; if that is lost: crossfade adopt PLAN',
    },
  );
};

/** An abort only removes what it finds: it rests on nothing that a side has lost, and may have removed the copy already. */
const refuseLoss = async (journal: Journal, entries: readonly Entry[], last: MirroredRow | undefined, side: Database): Promise<void> => {
  const missing = entries.slice(last?.seq ?? 0);
  const {isAbortRequested, openSide} = runState(entries);
  if (!missing.length || isAbortRequested) return;
  const history = await side.control.history?.();
  const wasPromoted = last?.history !== undefined && history !== undefined && last.history !== history;
  const lost = lostAfter(missing, wasPromoted);
  if (!lost) return;
  const how = wasPromoted ? `; a standby of it was promoted (${last?.history} then, ${history} now)` : '';
  const error = `the ${side.side} does not have entry ${lost.seq} of this run (${lost.fact.type}, ${lost.at}) any more, or what was done with it${how}: it was set back to an earlier state`;
  const way = openSide === 'source' ? 'crossfade abort, and start again' : 'docs/runbook/state-unknown.md';
  const told = {code: 'CF-STATE-003', next: `bring back the server that has it; if it is gone: ${way}`} as const;
  await journal.append({type: 'failed', error, ...told}); // the runner that would record it has not begun, and people ask the journal
  throw new TerminalError(error, told);
};
