/** Whether an environment has what the plan speaks of, and, where the plan's own source is known, the same schema as that one. */
import type {Database} from '../engine/engine.ts';
import {isInScope} from '../engine/table-scope.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {Plan} from '../plan/plan.ts';
import {brieflyOf, compareSchemas} from '../verify/schema-compare.ts';

const NAMED_MAX = 5;

/** Throws CF-ENV-004. `original`: the plan's own source. */
export async function refuseOtherSchema(
  {scope, mapping = []}: Plan,
  environment: string,
  there: {readonly database: Database; readonly tables: readonly Table[]},
  original: Database | undefined,
): Promise<void> {
  const names = new Set(there.tables.map(({name}) => nameOf(name)));
  const missing = [
    ...scope.tables.filter((pattern) => !there.tables.some(({name}) => isInScope({tables: [pattern], exclude: []})(name))),
    ...mapping.map(({from}) => nameOf(from)).filter((name) => !names.has(name)),
  ].map((name) => `${name} of the plan is not there`);
  if (missing.length > 0 || !original) return refuse(environment, missing);
  const here = {database: original, tables: await original.catalog.tables(scope)};
  const {differences} = await compareSchemas(here, there);
  refuse(environment, differences.map(brieflyOf));
}

function refuse(environment: string, faults: readonly string[]): void {
  if (faults.length === 0) return;
  const named = faults.length > NAMED_MAX ? [...faults.slice(0, NAMED_MAX), `and ${faults.length - NAMED_MAX} more`] : faults;
  throw new TerminalError(
    `${environment} has another schema than the plan's source: ${named.join('; ').replaceAll('on the target', `in ${environment}`)}`,
    {
      code: 'CF-ENV-004',
      next: `bring the schema of ${environment} to where the source is`,
    },
  );
}
