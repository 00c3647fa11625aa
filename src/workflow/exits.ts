import type {PhaseRow, WorkflowEvent} from './workflow.ts';

/** Where each event leads from a row, in the order a reader expects: the way ahead first. */
export function exits({next, back, reverse, abort}: PhaseRow<string>): ReadonlyMap<WorkflowEvent['type'], string> {
  const ways = [
    ['done', next],
    ['back', back],
    ['reverse', reverse],
    ['abort', abort],
  ] as const;
  return new Map(ways.flatMap(([event, state]) => (state === undefined ? [] : [[event, state] as const])));
}
