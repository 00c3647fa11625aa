/** One share of the reads, until routers have reported enough of them; any proven difference ends it at once. */
import {TerminalError} from '../model/errors.ts';
import {quantile, type ReadTally} from '../model/read-tally.ts';
import type {PhaseContext} from './phase.ts';
import {writeReadRoute} from './read-route.ts';
import {type Reported, readFault, reportedReads, readsOf} from './reported-reads.ts';

const LOOK_MS = 300;

export type Level = {readonly readPercent: number; readonly equal: number; readonly served: number};

/** Rejects after the reads are back at the source: with CF-READ-001 for a difference, CF-READ-002 for errors. */
export const holdLevel = (context: PhaseContext, level: Level): Promise<Record<string, unknown>> =>
  context.reads.whileStill(() => shareOf(context, level));

const shareOf = async (context: PhaseContext, level: Level): Promise<Record<string, unknown>> => {
  const {shadow, failuresMax} = readsOf(context);
  const version = await writeReadRoute(context, {readPercent: level.readPercent, dual: {shadowPercent: shadow.percent}});
  try {
    return evidenceOf(await untilEnough(context, version, level, failuresMax));
  } catch (error) {
    if (error instanceof TerminalError) await writeReadRoute(context, {readPercent: 0, dual: {shadowPercent: 0}});
    throw error;
  }
};

const untilEnough = async (context: PhaseContext, version: number, level: Level, failuresMax: number): Promise<Reported> => {
  const [since, key] = [context.clock.now().toISOString(), 'reads'];
  try {
    for (;;) {
      const seen = await reportedReads(context, version);
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

const NEXT = {
  'CF-READ-001': 'crossfade verify compares the rows; when the cause is settled, crossfade resume',
  'CF-READ-002': 'look at the target’s log and at the rights of the application role there, then crossfade resume',
} as const;

const judge = (tally: ReadTally, failuresMax: number): void => {
  const fault = readFault(tally, failuresMax);
  if (fault) throw new TerminalError(`${fault.words}; all reads are back at the source`, {code: fault.code, next: NEXT[fault.code]});
};

const waitFor = ({routers, tally}: Reported, {readPercent, equal, served}: Level, since: string) => ({
  cause:
    routers === 0
      ? 'no router has reported a read yet'
      : `of ${equal} reads compared equal there are ${tally.equal}, of ${served} answered by the target ${tally.served} (${readPercent} % of reads; ${tally.behind} came before the target had the newest write, ${tally.unsettled} could not be settled${tally.unsettledWhy === undefined ? '' : `: ${tally.unsettledWhy}`})`,
  since,
  owner: 'the application: its reads go through router.read of a router that has outbox set',
  next: {command: 'crossfade status', why: 'shows how many reads were reported'},
});

const evidenceOf = ({routers, tally}: Reported): Record<string, unknown> => {
  const {equal, differing, unsettled, unsettledWhy, behind, failed, served, sourceMs, targetMs} = tally;
  return {
    routers,
    ...{equal, differing, unsettled, behind, failed, served},
    ...(unsettledWhy === undefined ? {} : {unsettledWhy}),
    sourceP50Ms: quantile(sourceMs, 0.5),
    sourceP99Ms: quantile(sourceMs, 0.99),
    targetP50Ms: quantile(targetMs, 0.5),
    targetP99Ms: quantile(targetMs, 0.99),
  };
};
