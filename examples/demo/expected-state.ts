/**
 * What must be in the databases, computed from the clients' logs alone, and the comparison with what is there. Pure.
 * A transaction is named by its nonce, so that one loss counts once, however many of its rows are missing.
 */
import type {Attempt, Write} from './client-log.ts';

export type LedgerRow = {readonly client: number; readonly seq: number; readonly nonce: string; readonly kind: string};

/** What one database holds. `rows`: by table and key, as texts; more than one where a key is there twice. */
export type ActualState = {readonly ledger: readonly LedgerRow[]; readonly rows: ReadonlyMap<string, readonly Write['value'][]>};

/** Nonces, or the place of a row that no transaction accounts for. */
export type Judgement = {
  readonly lost: Set<string>;
  readonly duplicated: Set<string>;
  readonly corrupt: Set<string>;
  readonly words: string[];
};

export const placeOf = (write: Pick<Write, 'table' | 'key'>): string => `${write.table} ${write.key}`;

/** `clients`: the attempts of each client in their order. */
export function judge(clients: readonly (readonly Attempt[])[], actual: ActualState): Judgement {
  const judgement: Judgement = {lost: new Set(), duplicated: new Set(), corrupt: new Set(), words: []};
  const ledger = Map.groupBy(actual.ledger, ({nonce}) => nonce);
  judgeLedger(clients.flat(), ledger, judgement);
  judgeRows(expectedRows(clients, ledger), actual.rows, judgement);
  return judgement;
}

function judgeLedger(attempts: readonly Attempt[], ledger: ReadonlyMap<string, readonly LedgerRow[]>, judgement: Judgement): void {
  for (const {invoke, end} of attempts) {
    const found = ledger.get(invoke.nonce) ?? [];
    const what = `client ${invoke.client} seq ${invoke.seq} ${invoke.kind}`;
    if (found.length > 1) mark(judgement, 'duplicated', invoke.nonce, `${what}: ${found.length} times in the ledger`);
    if (found.length === 0 && end?.type === 'ok') mark(judgement, 'lost', invoke.nonce, `${what}: acknowledged, not in the ledger`);
    if (found.length > 0 && end?.type === 'fail') mark(judgement, 'corrupt', invoke.nonce, `${what}: refused, yet in the ledger`);
    if (found.some((row) => !isOf(row, invoke))) mark(judgement, 'corrupt', invoke.nonce, `${what}: its ledger row says something else`);
  }
  const known = new Set(attempts.map(({invoke}) => invoke.nonce));
  for (const nonce of ledger.keys()) if (!known.has(nonce)) mark(judgement, 'corrupt', nonce, `ledger row ${nonce}: no client wrote it`);
}

const isOf = (row: LedgerRow, {client, seq, kind}: Attempt['invoke']): boolean =>
  row.client === client && row.seq === seq && row.kind === kind;

/** The last word on each row. An unknown transaction counts when the ledger has it: it must then be there as a whole. */
type Expected = ReadonlyMap<string, {readonly value: Write['value']; readonly nonce: string}>;

function expectedRows(clients: readonly (readonly Attempt[])[], ledger: ReadonlyMap<string, unknown>): Expected {
  const expected = new Map<string, {value: Write['value']; nonce: string}>();
  for (const {invoke, end} of clients.flat()) {
    const happened = end?.type === 'ok' || (end?.type !== 'fail' && ledger.has(invoke.nonce));
    if (!happened) continue;
    for (const write of invoke.writes) expected.set(placeOf(write), {value: write.value, nonce: invoke.nonce});
  }
  return expected;
}

function judgeRows(expected: Expected, actual: ActualState['rows'], judgement: Judgement): void {
  for (const [place, {value, nonce}] of expected) {
    const found = actual.get(place) ?? [];
    if (found.length > 1) mark(judgement, 'duplicated', nonce, `${place}: there ${found.length} times`);
    else if (value === null && found.length === 1) mark(judgement, 'lost', nonce, `${place}: deleted, and there`);
    else if (value !== null && found.length === 0) mark(judgement, 'lost', nonce, `${place}: written, and not there`);
    else if (value !== null && !isSame(value, found[0])) {
      mark(judgement, 'corrupt', nonce, `${place}: should be ${JSON.stringify(value)}, is ${JSON.stringify(found[0])}`);
    }
  }
  for (const place of actual.keys())
    if (!expected.has(place)) mark(judgement, 'corrupt', place, `${place}: no transaction accounts for it`);
}

const isSame = (a: Write['value'], b: Write['value'] | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Enough to begin a search with. */
const WORDS_MAX = 20;

function mark(judgement: Judgement, kind: 'lost' | 'duplicated' | 'corrupt', name: string, word: string): void {
  judgement[kind].add(name);
  if (judgement.words.length < WORDS_MAX) judgement.words.push(`${kind}: ${word}`);
}
