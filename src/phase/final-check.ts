/** C5: one more look while both sides stand still. Small tables in full, the others were compared a moment ago. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';

/** Counting this many rows fits into the stall many times over. */
const ROWS_COUNTED_MAX = 50_000;

export const finalCheck = async (context: PhaseContext, roles: Roles): Promise<Record<string, string>> => {
  const small = (await context.tables()).filter((table) => table.estimatedRows <= ROWS_COUNTED_MAX);
  const counts = await Promise.all(
    small.map(async (table) => {
      const [closing, opening] = await Promise.all([roles.closing.compare.count(table), roles.opening.compare.count(table)]);
      if (closing !== opening) throw new TerminalError(`${nameOf(table.name)} has ${closing} rows on ${roles.closingSide} and ${opening} on ${roles.openingSide}`, {code: 'CF-VERIFY-001', next: 'crossfade verify'});
      return [nameOf(table.name), closing.toString()] as const;
    }),
  );
  return Object.fromEntries(counts);
};
