/** C5: one more look while both sides stand still. Small tables in full, the others were compared a moment ago. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';

/** Counting this many rows fits into the stall many times over. */
const ROWS_COUNTED_MAX = 50_000;

export const finalCheck = async (context: PhaseContext, roles: Roles): Promise<Record<string, string>> => {
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
