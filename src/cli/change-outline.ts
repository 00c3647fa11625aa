/** The ordered acts of a change in place, in words and locks. Pure. */
import {columnName, type NewColumn} from '../model/planned-operation.ts';
import type {Plan} from '../plan/plan.ts';
import type {OutlinePhase, OutlineStep} from './plan-outline.ts';

export const changeOutline = ({operations = [], load, gates}: Plan): OutlinePhase[] => [
  {phase: 'assess', steps: [{what: 'try types and expressions on an empty copy of each table’s shape'}]},
  {phase: 'expand', steps: operations.flatMap(start)},
  {phase: 'backfill', steps: operations.filter(isFilled).map((column) => fill(column, load.chunkBytes))},
  {phase: 'verify-expansion', steps: operations.map((column) => ({what: `count the rows of ${columnName(column)} that lack a value`}))},
  {
    phase: 'contract',
    steps: [
      {what: `gates: ${(gates['contract'] ?? [{name: 'the workflow’s own'}]).map(({name}) => name).join(', ')}`},
      ...operations.flatMap(complete),
    ],
  },
];

/** Every one of them is asked for anew rather than waited for. */
const EXCLUSIVE = 'ACCESS EXCLUSIVE, short; waits 200 ms at most before it gives way';

const isFilled = ({backfill}: NewColumn): boolean => backfill !== undefined;

const start = (column: NewColumn): OutlineStep[] => [
  {what: `ADD COLUMN ${columnName(column)} ${column.type}${isFilled(column) ? '' : ', with its default'}`, locks: EXCLUSIVE},
  ...(isFilled(column)
    ? [{what: `CREATE TRIGGER … BEFORE INSERT OR UPDATE: rows of writers that do not know ${column.column} get its value`}]
    : []),
];

const fill = (column: NewColumn, chunkBytes: number): OutlineStep => ({
  what: `UPDATE the rows that lack ${columnName(column)}, about ${Math.max(1, Math.round(chunkBytes / 1024))} KiB at a time, with rests`,
  locks: 'the rows of one range',
});

const complete = (column: NewColumn): OutlineStep[] => [
  ...(column.notNull
    ? [
        {
          what: `CHECK (${column.column} IS NOT NULL), NOT VALID at first, then validated`,
          locks: 'SHARE UPDATE EXCLUSIVE while it reads the table',
        },
      ]
    : []),
  {
    what: `make ${columnName(column)} final: ${[...(column.notNull ? ['NOT NULL'] : []), ...(isFilled(column) ? ['default', 'without the trigger'] : ['as it stands'])].join(', ')}`,
    locks: EXCLUSIVE,
  },
];
