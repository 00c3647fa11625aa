/** Rows of every table on both sides while they are in use, for the gate `row-count`. */
import {directionFrom, opposite, type Side} from '../model/side.ts';
import {nameOf, type Table} from '../model/table.ts';
import {comparedThrough} from '../pipeline/mapped-compare.ts';
import type {Link} from '../pipeline/replication.ts';
import type {ComparedSide} from '../verify/verifier.ts';
import type {PhaseContext} from './phase.ts';

type Run = Pick<PhaseContext, 'source' | 'target' | 'mappings' | 'replication'>;
type Counts = {readonly sent: bigint; readonly received: bigint};

/** A table that is written all the while needs some luck, and none that is not. */
const ROUNDS_MAX = 10;

export const countRows = async (run: Run, openSide: Side, signal: AbortSignal) => {
  const link = run.replication.link(directionFrom(openSide));
  if (!link) throw new Error('no stream is running');
  await link.untilStrict(signal);
  const mappings = await run.mappings(link.direction);
  const {from, to} = comparedThrough(mappings, run[openSide], run[opposite(openSide)]);
  const differences: string[] = [];
  let rows = 0n;
  for (const {writes: table} of mappings) {
    const {sent, received} = await countTable({from, to, table, link, signal});
    rows += sent;
    if (sent !== received)
      differences.push(`${nameOf(table.name)}: ${sent} rows on the ${openSide}, ${received} on the ${opposite(openSide)}`);
  }
  return {tables: mappings.length, rows: rows.toLocaleString('en-US'), differences};
};

type Counting = {
  readonly from: ComparedSide;
  readonly to: ComparedSide;
  readonly table: Table;
  readonly link: Link;
  readonly signal: AbortSignal;
};

/** An equal pair is an answer; another one is when it was counted twice alike, so that nothing was on its way. */
const countTable = async ({from, to, table, link, signal}: Counting): Promise<Counts> => {
  for (let round = 0, last: Counts | undefined; round < ROUNDS_MAX; round++) {
    signal.throwIfAborted();
    const sent = await from.compare.count(table);
    await link.reached(await from.source.currentPosition(), signal);
    const counts = {sent, received: await to.compare.count(table)};
    if (counts.sent === counts.received) return counts;
    if (last?.sent === counts.sent && last.received === counts.received) return counts;
    last = counts;
  }
  throw new Error(`rows of ${nameOf(table.name)} come and go faster than they are counted`);
};
