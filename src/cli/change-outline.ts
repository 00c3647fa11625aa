/** The ordered acts of a change in place, with the statements of each. */
import {type PlannedOperation, tablesOf, takesAway} from '../model/planned-operation.ts';
import {nameOf, type Table} from '../model/table.ts';
import type {Operation} from '../operation/operation.ts';
import {operationsOf} from './compose.ts';
import {fillBytes} from '../pipeline/filler.ts';
import {gatesOf} from './outline-gates.ts';
import {type Outline, type OutlineStep, step} from './outline.ts';
import type {PlanFacts} from './plan-facts.ts';
import {startSteps} from './outline-start.ts';

export const changeOutline = async (facts: PlanFacts): Promise<Outline> => {
  const {plan, source: database} = facts;
  const operations = operationsOf(plan);
  const alter = database?.alter;
  const each = (verb: Verb): Promise<OutlineStep[]> =>
    Promise.all(
      operations.flatMap(({name, words, planned}) => {
        const what = words[verb];
        return what === undefined ? [] : [step(`${verb} ${name}`, what, [alter?.[verb](planned)])];
      }),
    );
  const look = (): Promise<OutlineStep[]> =>
    Promise.all(
      operations
        .filter((one) => takesAway(one.planned))
        .map(({name}) => step(`look-for-users ${name}`, 'ask the catalogue, and pg_stat_statements where it is, who uses what will go')),
    );
  const planned = operations.map((one) => one.planned);
  return inOneDatabase({
    start: await startSteps(facts),
    phases: [
      {
        phase: 'assess',
        steps: [
          await step(
            'look-at-both-sides',
            'try types and expressions on an empty copy of each table’s shape',
            planned.map((one, place) => alter?.findings(one, planned.slice(0, place))),
          ),
        ],
      },
      {phase: 'expand', gates: gatesOf(plan, 'expand'), steps: await each('start')},
      {phase: 'sync', gates: gatesOf(plan, 'sync'), steps: await each('sync')},
      {phase: 'backfill', gates: gatesOf(plan, 'backfill'), steps: await backfill(facts, operations)},
      {phase: 'verify-expansion', gates: gatesOf(plan, 'verify-expansion'), steps: await each('validate')},
      {phase: 'switch-reads', gates: gatesOf(plan, 'switch-reads'), steps: await look()},
      {
        phase: 'contract',
        gates: gatesOf(plan, 'contract'),
        steps: [
          ...(await each('validate')),
          ...(await look()),
          ...(await each('complete')),
          await step('finish', 'write into crossfade.lease that the change is over'),
        ],
      },
    ],
    abort: [
      ...(await Promise.all(operations.toReversed().map((one) => step('undo-expand', one.words.undo, [alter?.undo(one.planned)])))),
      await step('undo-assess', 'remove the schema crossfade', [database?.control.remove()]),
    ],
    isInPlace: true,
  });
};

type Verb = 'start' | 'sync' | 'validate' | 'complete';

const inOneDatabase = ({start, phases, abort, isInPlace}: Outline & {readonly isInPlace: true}): Outline => {
  const named = (steps: readonly OutlineStep[]): OutlineStep[] =>
    steps.map((one) => ({...one, ...(one.locks === undefined ? {} : {locks: one.locks.replaceAll(' of the source,', ',')})}));
  return {start: named(start), phases: phases.map((phase) => ({...phase, steps: named(phase.steps)})), abort: named(abort), isInPlace};
};

const backfill = async ({plan, source, tables}: PlanFacts, operations: readonly Operation[]): Promise<OutlineStep[]> => {
  const filling = operations.filter(({words}) => words.fills !== undefined);
  const fillsOf = (table: Table): PlannedOperation[] =>
    filling.map(({planned}) => planned).filter((planned) => tablesOf(planned).some((one) => nameOf(one) === nameOf(table.name)));
  const filled = tables.filter((table) => fillsOf(table).length > 0);
  const names = filling.map(({words}) => words.fills).join(', ') || 'nothing';
  return [
    await step(
      'plan-chunks',
      'cut large tables into ranges of their key',
      filled.map((table) => source?.source.planRanges([table], fillBytes(table, plan.load.chunkBytes))),
    ),
    await step(
      'fill-chunks',
      `fill ${names}, about ${Math.max(1, Math.round(plan.load.chunkBytes / 1024))} KiB at a time, with rests`,
      filled.map((table) => source?.alter?.fillChunk(table, fillsOf(table))),
    ),
  ];
};
