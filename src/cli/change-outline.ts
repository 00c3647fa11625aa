/** The ordered acts of a change in place, with the statements of each. */
import {columnName, type NewColumn} from '../model/planned-operation.ts';
import {nameOf} from '../model/table.ts';
import {gatesOf} from './outline-gates.ts';
import {type Outline, type OutlineStep, step} from './outline.ts';
import type {PlanFacts} from './plan-facts.ts';
import {startSteps} from './outline-start.ts';

export const changeOutline = async (facts: PlanFacts): Promise<Outline> => {
  const {plan, source: database} = facts;
  const operations = plan.operations ?? [];
  const each = (act: (column: NewColumn) => Promise<OutlineStep>): Promise<OutlineStep[]> => Promise.all(operations.map(act));
  return inOneDatabase({
    start: await startSteps(facts),
    phases: [
      {
        phase: 'assess',
        steps: [
          await step(
            'look-at-both-sides',
            'try types and expressions on an empty copy of each table’s shape',
            operations.map((column) => database?.alter?.findings(column)),
          ),
        ],
      },
      {phase: 'expand', gates: gatesOf(plan, 'expand'), steps: await each((column) => expand(facts, column))},
      {phase: 'backfill', gates: gatesOf(plan, 'backfill'), steps: await backfill(facts, operations.filter(isFilled))},
      {phase: 'verify-expansion', gates: gatesOf(plan, 'verify-expansion'), steps: await each((column) => validate(facts, column))},
      {
        phase: 'contract',
        gates: gatesOf(plan, 'contract'),
        steps: [
          ...(await each((column) => validate(facts, column))),
          ...(await each((column) => complete(facts, column))),
          await step('finish', 'write into crossfade.lease that the change is over'),
        ],
      },
    ],
    abort: [
      ...(await Promise.all(
        operations.toReversed().map((column) => step('undo-expand', `remove ${columnName(column)}`, [database?.alter?.dropColumn(column)])),
      )),
      await step('undo-assess', 'remove the schema crossfade', [database?.control.remove()]),
    ],
    isInPlace: true,
  });
};

const inOneDatabase = ({start, phases, abort, isInPlace}: Outline & {readonly isInPlace: true}): Outline => {
  const named = (steps: readonly OutlineStep[]): OutlineStep[] =>
    steps.map((one) => ({...one, ...(one.locks === undefined ? {} : {locks: one.locks.replaceAll(' of the source,', ',')})}));
  return {start: named(start), phases: phases.map((phase) => ({...phase, steps: named(phase.steps)})), abort: named(abort), isInPlace};
};

const isFilled = ({backfill}: NewColumn): boolean => backfill !== undefined;

/** Of the one kind there is: a step is named by its operation. */
const named = (verb: string, column: NewColumn): string => `${verb} add-column ${columnName(column)}`;

const expand = ({source}: PlanFacts, column: NewColumn): Promise<OutlineStep> =>
  step(
    named('start', column),
    isFilled(column)
      ? `add ${columnName(column)} ${column.type}; rows of writers that do not know it get its value by a trigger`
      : `add ${columnName(column)} ${column.type}, with its default`,
    [source?.alter?.addColumn(column)],
  );

const backfill = async ({plan, source, tables}: PlanFacts, columns: readonly NewColumn[]): Promise<OutlineStep[]> => {
  const filled = tables.filter(({name}) => columns.some(({table}) => nameOf(table) === nameOf(name)));
  return [
    await step('plan-chunks', 'cut large tables into ranges of their key', [source?.source.planRanges(filled, plan.load.chunkBytes)]),
    await step(
      'fill-chunks',
      `fill ${columns.map(columnName).join(', ') || 'nothing'}, about ${Math.max(1, Math.round(plan.load.chunkBytes / 1024))} KiB at a time, with rests`,
      filled.map((table) =>
        source?.alter?.fillChunk(
          table,
          columns.filter((column) => nameOf(column.table) === nameOf(table.name)),
        ),
      ),
    ),
  ];
};

const validate = ({source}: PlanFacts, column: NewColumn): Promise<OutlineStep> =>
  step(named('validate', column), `count the rows of ${columnName(column)} that lack a value`, [source?.alter?.countUnfilled(column)]);

const complete = ({source}: PlanFacts, column: NewColumn): Promise<OutlineStep> =>
  step(
    named('complete', column),
    `make ${columnName(column)} final: ${[...(column.notNull ? ['NOT NULL, proven beforehand by a check'] : []), ...(isFilled(column) ? ['its default', 'without the trigger'] : ['as it stands'])].join(', ')}`,
    [source?.alter?.completeColumn(column)],
  );
