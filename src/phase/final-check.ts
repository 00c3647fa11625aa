/**
 * C5: one more look while both sides stand still at one position. Whether the stream carried every table whole until the
 * fence, the rows that changed since they were compared, every one of them, and the counts of small tables. It has a
 * limit, because clients wait; what did not fit into it calls the attempt off.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import type {Link} from '../pipeline/replication.ts';
import {compareBudgetMs} from './before-hold.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';

/** Counting this many rows fits into the stall many times over. */
const ROWS_COUNTED_MAX = 50_000;

type Changed = {readonly isKnown: boolean; readonly rows: number; readonly tables: number; readonly ms: number; readonly left: number};

/** `counts`: rows by table. `changed.isKnown`: that all other rows were compared is known to this runner. */
export const finalCheck = async (
  context: PhaseContext,
  roles: Roles,
  link: Link,
): Promise<{readonly counts: Record<string, string>; readonly changed: Changed}> => {
  const {scope} = context.plan.plan;
  const over = new AbortController();
  try {
    const [counts, changed] = await Promise.all([
      countSmallTables(context, roles),
      compareLeft(context, link, over),
      roles.closing.source.probeSchema(roles.direction, roles.closingSide === 'source' ? scope : undefined),
    ]);
    return {counts, changed};
  } finally {
    over.abort(); // what is still being compared must find nothing: the sides may stand still no longer
  }
};

const countSmallTables = async (context: PhaseContext, roles: Roles): Promise<Record<string, string>> => {
  const mappings = await context.mappings(roles.direction);
  const small = mappings.filter(({from, to}) => Math.max(from.estimatedRows, to.estimatedRows) <= ROWS_COUNTED_MAX);
  const [closing, opening] = await Promise.all([
    roles.closing.compare.counts(small.map(({from}) => from)),
    roles.opening.compare.counts(small.map(({to}) => to)),
  ]);
  for (const [i, {to: table}] of small.entries()) {
    if (closing[i] === opening[i]) continue;
    throw new TerminalError(
      `${nameOf(table.name)} has ${closing[i]} rows on ${roles.closingSide} and ${opening[i]} on ${roles.openingSide}`,
      {code: 'CF-VERIFY-001', next: 'crossfade verify'},
    );
  }
  return Object.fromEntries(small.map(({to: table}, i) => [nameOf(table.name), String(closing[i])]));
};

const compareLeft = async (context: PhaseContext, link: Link, over: AbortController): Promise<Changed> => {
  const {clock, verification} = context;
  const limitMs = compareBudgetMs(context.plan.plan.cutover);
  const left = link.changed.size;
  const began = clock.monotonicMs();
  const comparing = verification.compareLeft(link, AbortSignal.any([context.signal, over.signal]));
  comparing.catch(() => undefined); // reported by the race, unless the limit comes first
  const limit = clock.sleep(limitMs, over.signal).then(() => undefined);
  const compared = await Promise.race([comparing, limit]);
  if (compared) return {...compared, ms: Math.round(clock.monotonicMs() - began), left: link.changed.size};
  throw new TransientError(`the ${left} rows that changed last could not be compared within ${limitMs} ms`, {
    code: 'CF-VERIFY-002',
    next: 'nothing; the attempt was called off and can be made again',
  });
};
