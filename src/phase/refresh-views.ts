/** Before a hold, because it takes as long as the views are large; nobody reads the side that is not open. */
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';

/** What could not be refreshed is no reason to stay: the application refreshes its views in its own time. */
export const refreshViews = async (
  context: PhaseContext,
  {opening, openingSide}: Roles,
): Promise<{readonly refreshed: readonly string[]; readonly failed: readonly {readonly view: string; readonly reason: string}[]}> => {
  const tables = await context.tables(openingSide);
  const views = (await opening.target.refreshViews?.(tables, context.signal)) ?? {refreshed: [], failed: []};
  for (const {view, reason} of views.failed)
    context.telemetry.note(`the materialised view ${view} of the ${openingSide} is as old as it was: ${reason}`);
  return views;
};
