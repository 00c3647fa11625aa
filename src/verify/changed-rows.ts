/** Rows by their keys, wherever they lie. The report has the form of a complete comparison, with the rows that were asked for. */
import type {Key} from '../model/change.ts';
import {type Pass, withMemory} from './read-both.ts';
import {differingKeys} from './row-differences.ts';
import {partsOf, settle, type Settled} from './settle.ts';
import {createTally, type CountedVerdict, reportOf} from './tally.ts';
import type {RowsOf, RowsReport, RowsRequest} from './verifier.ts';

/** Of each side as many statements at once: somebody waits, and between regions each costs several round trips. */
const TABLES_AT_ONCE = 3;

export const verifyRows = ({rows, rounds, ...request}: RowsRequest): Promise<RowsReport> =>
  withMemory({...request, tables: rows.map(({table}) => table), chunkBytes: 1, progress: () => {}}, async (pass) => {
    const mayHold = pass.memory && (!rounds || rounds.free < rounds.max); // writers of one table at a time
    const verified = await eachInOrder(rows, mayHold ? 1 : TABLES_AT_ONCE, (one) => verifyTable(pass, one, rounds));
    return {
      report: reportOf(
        verified.map(({verdict}) => verdict),
        pass.effort,
      ),
      open: verified.flatMap(({open}) => open),
    };
  });

const verifyTable = async (
  pass: Pass,
  {table, keys}: RowsOf,
  rounds: RowsRequest['rounds'],
): Promise<{readonly verdict: CountedVerdict; readonly open: readonly RowsOf[]}> => {
  const tally = createTally(table);
  const settled = await (pass.memory ? settle(pass, table, keys, rounds) : compareStill(pass, {table, keys}));
  tally.add(settled);
  const open = settled.uncompared.length ? [{table, keys: settled.uncompared}] : [];
  return {verdict: await tally.verdict(pass, {rows: BigInt(keys.length), checksum: ''}), open};
};

/** At one position nothing has to be explained, so one look at each row is enough. */
const compareStill = async ({request}: Pass, {table, keys}: RowsOf): Promise<Settled> => {
  const found: Settled['found'][number][] = [];
  for (const part of partsOf(keys)) found.push(...(await differing(request, table, part)));
  return {found, uncompared: []};
};

const differing = async ({from, to, signal}: Pass['request'], table: RowsOf['table'], keys: readonly Key[]) => {
  signal.throwIfAborted();
  const [sent, received] = await Promise.all([from.compare.rowHashes(table, keys), to.compare.rowHashes(table, keys)]);
  return differingKeys(sent, received);
};

/** The answers in the order of the items. The first failure is the answer once all that has begun is over. */
const eachInOrder = async <T, R>(items: readonly T[], atOnce: number, act: (item: T) => Promise<R>): Promise<R[]> => {
  const answers: R[] = [];
  const queue = items.entries();
  const work = async (): Promise<void> => {
    for (const [i, item] of queue) answers[i] = await act(item);
  };
  const outcomes = await Promise.allSettled(Array.from({length: atOnce}, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return answers;
};
