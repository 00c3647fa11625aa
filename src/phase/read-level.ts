/** One share of the reads, until routers have reported enough of them; any proven difference ends it at once. */
import type {Database} from '../engine/engine.ts';
import {TerminalError} from '../model/errors.ts';
import {addReads, NO_READS, quantile, type ReadTally} from '../model/read-tally.ts';
import type {ReadsPlan} from '../plan/plan.ts';
import type {PhaseContext} from './phase.ts';
import {writeReadRoute} from './read-route.ts';

const LOOK_MS = 300;

export type Level = {readonly readPercent: number; readonly equal: number; readonly served: number};

export const readsOf = ({plan: {plan}}: PhaseContext): ReadsPlan => {
  if (plan.reads) return plan.reads;
  throw new TerminalError('the plan says nothing of reads', {code: 'CF-PLAN-001', next: 'write reads: {outbox: …} into the plan'});
};

export const reportsOf = ({source}: PhaseContext): NonNullable<Database['readReports']> => {
  if (source.readReports) return source.readReports;
  throw new TerminalError(`${source.engine} has no reads that can be tried on both sides`, {
    code: 'CF-READ-003',
    next: 'use workflow: live-migration',
  });
};

/** Rejects after the reads are back at the source: with CF-READ-001 for a difference, CF-READ-002 for errors. */
export const holdLevel = async (context: PhaseContext, level: Level): Promise<Record<string, unknown>> => {
  const {shadow, failuresMax} = readsOf(context);
  const version = await writeReadRoute(context, {readPercent: level.readPercent, dual: {shadowPercent: shadow.percent}});
  try {
    return evidenceOf(await untilEnough(context, version, level, failuresMax));
  } catch (error) {
    if (error instanceof TerminalError) await writeReadRoute(context, {readPercent: 0, dual: {shadowPercent: 0}});
    throw error;
  }
};

type Seen = {readonly routers: number; readonly tally: ReadTally};

const untilEnough = async (context: PhaseContext, version: number, level: Level, failuresMax: number): Promise<Seen> => {
  const [reports, since, key] = [reportsOf(context), context.clock.now().toISOString(), 'reads'];
  try {
    for (;;) {
      const tallies = await reports.reports(version);
      const seen = {routers: tallies.length, tally: tallies.reduce(addReads, NO_READS)};
      judge(seen.tally, failuresMax);
      if (seen.tally.equal >= level.equal && seen.tally.served >= level.served) return seen;
      context.telemetry.wait(key, waitFor(seen, level, since));
      await context.pausable('between looks at the reads', context.clock.sleep(LOOK_MS, context.signal));
      context.signal.throwIfAborted();
    }
  } finally {
    context.telemetry.wait(key, undefined);
  }
};

const judge = ({differing, failed, samples}: ReadTally, failuresMax: number): void => {
  const [first] = samples;
  const shown = first
    ? `: ${first.statement} gave ${first.rows.source} rows of (${first.columns.join(', ')}) on the source and ${first.rows.target} on the target, not the same ones`
    : '';
  if (differing > 0)
    throw new TerminalError(`${differing} reads have another answer on the target${shown}; all reads are back at the source`, {
      code: 'CF-READ-001',
      next: 'crossfade verify compares the rows; when the cause is settled, crossfade resume',
    });
  if (failed > failuresMax)
    throw new TerminalError(
      `${failed} reads failed on the target that the source answered, and ${failuresMax} may (reads.failuresMax); all reads are back at the source`,
      {code: 'CF-READ-002', next: 'look at the target’s log and at the rights of the application role there, then crossfade resume'},
    );
};

const waitFor = ({routers, tally}: Seen, {readPercent, equal, served}: Level, since: string) => ({
  cause:
    routers === 0
      ? 'no router has reported a read yet'
      : `of ${equal} reads compared equal there are ${tally.equal}, of ${served} answered by the target ${tally.served} (${readPercent} % of reads; ${tally.behind} came before the target had the newest write, ${tally.unsettled} could not be settled)`,
  since,
  owner: 'the application: its reads go through router.read of a router that has outbox set',
  next: {command: 'crossfade status', why: 'shows how many reads were reported'},
});

const evidenceOf = ({routers, tally}: Seen): Record<string, unknown> => {
  const {equal, differing, unsettled, behind, failed, served, sourceMs, targetMs} = tally;
  return {
    routers,
    ...{equal, differing, unsettled, behind, failed, served},
    sourceP50Ms: quantile(sourceMs, 0.5),
    sourceP99Ms: quantile(sourceMs, 0.99),
    targetP50Ms: quantile(targetMs, 0.5),
    targetP99Ms: quantile(targetMs, 0.99),
  };
};
