/** What routers have reported of the reads under one route, and what of it keeps reads from the target. */
import type {Database} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {addReads, NO_READS, type ReadTally} from '../model/read-tally.ts';
import type {Plan, ReadsPlan} from '../plan/plan.ts';

type Asked = {readonly source: Database};

export const readsOf = ({plan: {plan}}: {readonly plan: {readonly plan: Plan}}): ReadsPlan => {
  if (plan.reads) return plan.reads;
  throw new TerminalError('the plan says nothing of reads', {code: 'CF-PLAN-001', next: 'write reads: {outbox: …} into the plan'});
};

export const reportsOf = ({source}: Asked): NonNullable<Database['readReports']> => {
  if (source.readReports) return source.readReports;
  throw new TerminalError(`${source.engine} has no reads that can be tried on both sides`, {
    code: 'CF-READ-003',
    next: 'use workflow: live-migration',
  });
};

export type Reported = {readonly routers: number; readonly tally: ReadTally};

export const reportedReads = async (asked: Asked, version: number): Promise<Reported> => {
  const tallies = await reportsOf(asked).reports(version);
  return {routers: tallies.length, tally: tallies.reduce(addReads, NO_READS)};
};

/** For the gate: what the route of now has come to, and how much is wanted. */
export const readsNow = async (context: Asked & {readonly plan: {readonly plan: Plan}}) => {
  const {shadow, shift, failuresMax} = readsOf(context);
  const route = await context.source.control.readRoute();
  if (!route?.dual || route.side !== 'source') throw new Error('no reads are asked of the target now');
  const reported = await reportedReads(context, route.version);
  return {...reported, readPercent: route.readPercent, enough: {equal: shadow.equal, answered: shift.answered}, failuresMax};
};

export type ReadFault = {readonly code: 'CF-READ-001' | 'CF-READ-002'; readonly words: string};

/** Any difference, because it is proven; of failures, more than there may be. */
export const readFault = ({differing, failed, samples}: ReadTally, failuresMax: number): ReadFault | undefined => {
  const [first] = samples;
  const shown = first
    ? `: ${first.statement} gave ${first.rows.source} rows of (${first.columns.join(', ')}) on the source and ${first.rows.target} on the target, not the same ones`
    : '';
  if (differing > 0) return {code: 'CF-READ-001', words: `${differing} reads have another answer on the target${shown}`};
  if (failed > failuresMax)
    return {
      code: 'CF-READ-002',
      words: `${failed} reads failed on the target that the source answered, and ${failuresMax} may (reads.failuresMax)`,
    };
  return undefined;
};
