/** Applies one or several source transactions to the target of the copy's world, through the product's own fold. */
import {assert} from '../../src/model/assert.ts';
import {type Key, keyText} from '../../src/model/change.ts';
import type {TableName} from '../../src/model/table.ts';
import {type NetBatch, netChanges} from '../../src/pipeline/net-changes.ts';
import type {ReplayMode, replayForm, replayMode} from '../../src/pipeline/replay-form.ts';
import {rowNumber, rowOf, type Rows, tables, type Workload} from './copy-workloads.ts';
import {applySteps, exactMove, type MemoryRules, type MemoryTable, Refused, Surprise} from './memory-table.ts';

export type ApplyRules = {
  readonly tableOf: readonly number[];
  /** The most transactions of one `take`. */
  readonly batch: 1 | 2;
  readonly forms: typeof replayForm;
  readonly modes: typeof replayMode;
  /** Which transaction of a batch decides its mode: the first that touches the table, or (wrong) the last. */
  readonly modeOf: 'first' | 'last';
  /** How a `move` is carried out in the window, where the product never sends one. */
  readonly windowMove: MemoryRules['move'];
  readonly notNull: readonly string[];
};

export type Applied = {
  readonly target: Rows;
  /** Bits of the keys that go on the re-read list, and of those that a truncate takes from it first. */
  readonly rereads: number;
  readonly cleared: number;
};
export type ApplyOutcome = Applied | {readonly surprise: string} | 'refused';

/** `modes`: for each transaction of the batch, the mode of each table. Outcomes are remembered: worlds meet few of them. */
export const applier = (rules: ApplyRules, workload: Workload) => {
  const outcomes = new Map<string, ApplyOutcome>();
  const batches = new Map<string, NetBatch>();
  return (first: number, count: number, modes: readonly ReplayMode[], target: Rows): ApplyOutcome => {
    const batchId = `${first},${count},${modes.join()}`;
    const id = `${batchId}|${target.join()}`;
    const known = outcomes.get(id);
    if (known !== undefined) return known;
    const batch = batches.get(batchId) ?? fold(rules, workload, first, count, modes);
    batches.set(batchId, batch);
    const outcome = carryOut(rules, batch, (table) => modeOf(rules, workload, first, count, modes, table), target);
    outcomes.set(id, outcome);
    return outcome;
  };
};

const tableNumber = (table: TableName): number => Number(table.name.slice(1));

const fold = (rules: ApplyRules, workload: Workload, first: number, count: number, modes: readonly ReplayMode[]): NetBatch => {
  const mapped = tables(rules.tableOf);
  const net = netChanges((table) => modeOf(rules, workload, first, count, modes, table), mapped, rules.forms);
  for (const transaction of workload.transactions.slice(first, first + count)) {
    for (const change of transaction.changes) net.add(change);
  }
  return net.take();
};

const modeOf = (rules: ApplyRules, workload: Workload, first: number, count: number, modes: readonly ReplayMode[], table: TableName) => {
  const touching = workload.transactions
    .slice(first, first + count)
    .map((transaction, i) => ({
      i,
      names: transaction.changes.flatMap((change) => (change.kind === 'truncate' ? change.tables : [change.table])),
    }))
    .filter(({names}) => names.some(({name}) => name === table.name));
  const decides = rules.modeOf === 'first' ? touching[0] : touching.at(-1);
  const mode = modes[(decides?.i ?? 0) * mappedCount(rules) + tableNumber(table)];
  assert(mode !== undefined, 'a mode for each table and transaction');
  return mode;
};

const mappedCount = (rules: ApplyRules): number => new Set(rules.tableOf).size;

const carryOut = (rules: ApplyRules, batch: NetBatch, mode: (table: TableName) => ReplayMode, target: Rows): ApplyOutcome => {
  const after = [...target];
  let rereads = bits(batch.rereads.map(({key}) => key));
  let cleared = 0;
  try {
    for (const {table, steps} of batch.tables) {
      const keys = rules.tableOf.flatMap((of, key) => (of === tableNumber(table) ? [key] : []));
      const memory: MemoryTable = new Map(
        keys.filter((key) => after[key]).map((key) => [keyText([String(key)]), rowOf(key, after[key] ?? 0)]),
      );
      const missing = applySteps(memory, steps, {
        columns: ['id', 'small', 'large'],
        notNull: rules.notNull,
        move: mode(table) === 'strict' ? exactMove : rules.windowMove,
        order: (operations) => operations,
      });
      rereads |= bits(missing);
      if (steps.some((step) => step.kind === 'truncate')) cleared |= bits(keys.map((key) => [String(key)]));
      for (const key of keys) {
        const row = memory.get(keyText([String(key)]));
        after[key] = row === undefined ? 0 : rowNumber(Number(row['small'] ?? 0), Number(row['large'] ?? 0));
      }
    }
  } catch (error) {
    if (error instanceof Surprise) return {surprise: error.message};
    if (error instanceof Refused) return 'refused';
    throw error;
  }
  return {target: after, rereads, cleared};
};

const bits = (keys: readonly Key[]): number => keys.reduce((mask, key) => mask | (1 << Number(key[0])), 0);
