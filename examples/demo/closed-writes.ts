/**
 * Finds writes that a side took while it was closed, in the side's own log and not in its tables: a row that came and
 * went, or that was written again by our stream, leaves no trace in a table. Pure; `log-witness.ts` reads the log.
 */

/** `lines`: what `test_decoding` prints of all committed transactions, without their numbers; `schema`: of the application. Answers in words. */
export function closedWrites(lines: readonly string[], schema = 'shop'): string[] {
  const fence = new Fence();
  for (const transaction of transactionsOf(lines, schema)) fence.take(transaction);
  return fence.faults;
}

type Written = {
  /** Migrations write their tag in each transaction; applications cannot. */
  isOurs: boolean;
  readonly rows: string[];
  readonly fenceRows: {readonly epoch: string; readonly state: string}[];
};

function* transactionsOf(lines: readonly string[], schema: string): Iterable<Written> {
  let open: Written = {isOurs: false, rows: [], fenceRows: []};
  for (const line of lines) {
    if (line.startsWith('BEGIN')) open = {isOurs: false, rows: [], fenceRows: []};
    else if (line.startsWith('COMMIT')) yield open;
    else if (line.startsWith('table crossfade.tag:')) open.isOurs = true;
    else if (line.startsWith('table crossfade.fence:')) open.fenceRows.push(...fenceRow(line));
    else if (line.startsWith(`table ${schema}.`)) open.rows.push(line);
  }
}

function fenceRow(line: string): {epoch: string; state: string}[] {
  const found = / epoch\[bigint\]:(\d+) state\[text\]:'(\w+)'/.exec(line);
  return found?.[1] !== undefined && found[2] !== undefined ? [{epoch: found[1], state: found[2]}] : [];
}

class Fence {
  readonly faults: string[] = [];
  readonly #states = new Map<string, string>();
  /** Between the fence and its decision: passable once the deadline is over, and then the decision must be `released`. */
  readonly #undecided = new Map<string, string[]>();

  take({isOurs, rows, fenceRows}: Written): void {
    const [first] = rows;
    if (first !== undefined && !isOurs) this.#written(first.slice(0, WORDS_MAX));
    for (const {epoch, state} of fenceRows) this.#decided(epoch, state);
  }

  #written(row: string): void {
    for (const [epoch, state] of this.#states) {
      if (state === 'closed' || state === 'committed') this.faults.push(`written while attempt ${epoch} was ${state}: ${row}`);
      if (state === 'fenced') this.#undecided.set(epoch, [...(this.#undecided.get(epoch) ?? []), row]);
    }
  }

  #decided(epoch: string, state: string): void {
    this.#states.set(epoch, state);
    const meanwhile = this.#undecided.get(epoch) ?? [];
    this.#undecided.delete(epoch);
    if (state !== 'committed') return;
    for (const row of meanwhile) this.faults.push(`written behind the fence of attempt ${epoch}, which was then decided: ${row}`);
  }
}

const WORDS_MAX = 200;
