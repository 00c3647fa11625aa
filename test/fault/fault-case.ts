/** Which faults there are to be met: every pair of processes, every fault, every step of a cutover, short or for good. */
import {chance} from '../../examples/demo/chance.ts';
import type {Fault} from '../support/fault-proxy.ts';

/**
 * Who talks to whom. The runner to both databases and to its journal; the application to both databases. What the
 * watchdog talks to is its own, as if it ran on another host.
 */
export const PAIRS = ['runner-source', 'runner-target', 'runner-journal', 'client-source', 'client-target'] as const;

/**
 * Where the application comes by two PgBouncers: the runner to the console of one of them, the application to both, and
 * both to either database.
 */
export const POOLED_PAIRS = ['runner-pooler', 'client-pooler', 'pooler-source', 'pooler-target'] as const;
export type PooledPair = (typeof POOLED_PAIRS)[number];
export type Pair = (typeof PAIRS)[number] | PooledPair;

export const isPooled = (pair: Pair): pair is PooledPair => (POOLED_PAIRS as readonly Pair[]).includes(pair);

export const FAULTS = {
  latency: {kind: 'latency', ms: 100, jitterMs: 200},
  slow: {kind: 'slow', bytesPerSecond: 64_000},
  slices: {kind: 'slices'},
  silent: {kind: 'silent'},
  'silent-there': {kind: 'silent', ways: ['there']},
  'silent-back': {kind: 'silent', ways: ['back']},
  reset: {kind: 'reset'},
  /** Ambiguous: the commit arrives, and its answer never does. */
  cut: {kind: 'cut', after: 'COMMIT'},
} as const satisfies Readonly<Record<string, Fault>>;
export type FaultName = keyof typeof FAULTS;

export const faultOf = ({pair, fault, step}: Pick<FaultCase, 'pair' | 'fault' | 'step'>): Fault => {
  if (fault !== 'cut' || (pair !== 'runner-journal' && pair !== 'runner-pooler')) return FAULTS[fault];
  // The journal's driver writes it in small letters.
  return {kind: 'cut', after: pair === 'runner-journal' ? 'commit' : commandFrom(step)};
};

/** A pooler's console knows no COMMIT: one each of what changes something there. */
const commandFrom = (step: string): string => (step === 'hold' ? 'PAUSE' : step === 'open' ? 'RELOAD' : 'RESUME');

/** Nothing comes through any more, as long as it lasts. */
export const isTotal = ({pair, fault}: Pick<FaultCase, 'pair' | 'fault'>): boolean =>
  // PgBouncer gives up a login to a server whose answer comes in pieces (its pull request 1446).
  ['silent', 'reset', ...(pair.startsWith('pooler') ? ['slices'] : [])].includes(FAULTS[fault].kind);

/** `once`: it is over with the first that it strikes. `5s`: a hiccup. `forever`: until the operator comes. */
export type Lasts = 'once' | '5s' | 'forever';

/** `name` identifies it, also in another version. */
export type FaultCase = {
  readonly name: string;
  readonly pair: Pair;
  readonly fault: FaultName;
  /** Of the first cutover; the fault comes when the journal says that it is about to begin. */
  readonly step: string;
  readonly lasts: Lasts;
};

export const faultCase = (pair: Pair, fault: FaultName, step: string, lasts: Lasts): FaultCase => ({
  name: `${pair}/${fault}/${step}/${lasts}`,
  pair,
  fault,
  step,
  lasts,
});

/** An application that reaches its database never again has nothing to be moved: that is its own trouble. */
const durations = (pair: Pair, fault: FaultName): readonly Lasts[] =>
  fault === 'cut' ? ['once'] : pair.startsWith('client') ? ['5s'] : ['5s', 'forever'];

export const allCases = (pairs: readonly Pair[], steps: readonly string[]): FaultCase[] =>
  pairs.flatMap((pair) =>
    (Object.keys(FAULTS) as FaultName[]).flatMap((fault) =>
      steps.flatMap((step) => durations(pair, fault).map((lasts) => faultCase(pair, fault, step, lasts))),
    ),
  );

/** By chance, but one of each pair and fault in turn: what is cut short has seen something of everything. */
export function inTurn(cases: readonly FaultCase[], seed: number): FaultCase[] {
  const random = chance(seed);
  const shuffled = cases.map((one) => ({one, place: random.next()})).sort((a, b) => a.place - b.place);
  const groups = [...Map.groupBy(shuffled, ({one}) => `${one.pair} ${one.fault}`).values()];
  const rounds = Math.max(0, ...groups.map(({length}) => length));
  return Array.from({length: rounds}, (_, round) => groups.flatMap((group) => group.slice(round, round + 1).map(({one}) => one))).flat();
}
