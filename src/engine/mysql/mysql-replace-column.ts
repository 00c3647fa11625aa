/** Columns in place of another. */
import {type Planned, type Replacement, standardCast, standardName} from '../../model/planned-operation.ts';
import {
  columnIs,
  columnIsGone,
  countRows,
  type Ddl,
  dropColumn,
  dropIndex,
  expression,
  type Fill,
  INSTANT,
  IN_PLACE,
  NEEDED,
  type OwnChange,
  type TrialStep,
  tried,
} from './mysql-change.ts';
import {definitionOf, mandatory} from './mysql-column-definition.ts';
import {lostObjections, replacementObjections} from './mysql-replace-objections.ts';
import {isSame} from './mysql-same-value.ts';
import {quoteName, quoteTable} from './mysql-sql.ts';
import {dropTriggers} from './mysql-step-triggers.ts';
import {createTwoWay} from './mysql-two-way.ts';

export const renameColumnChange = (planned: Planned<'rename-column'>): OwnChange => {
  const own = replacementChange(inOwnWords(planned), dropColumn(planned, 'dropping'));
  return {...own, objections: [...own.objections, ...lostObjections(planned)]};
};

export const splitColumnChange = (planned: Planned<'split-column'>): OwnChange =>
  replacementChange(planned, dropColumn(planned, 'dropping'));

/** The new column ends with the name of the old one, in the statement that drops that one. */
export const changeTypeChange = (planned: Planned<'change-type'>): OwnChange => {
  const [old, part] = [quoteName(planned.column), quoteName(planned.into[0]?.column ?? '')];
  const own = replacementChange(inOwnWords(planned), {
    doing: 'dropping',
    sql: (from) => `ALTER TABLE ${quoteTable(from)} DROP COLUMN ${old}, RENAME COLUMN ${part} TO ${old}, ${INSTANT}`,
    isDone: columnIsGone({table: planned.table, column: planned.into[0]?.column ?? ''}),
  });
  return {...own, objections: [...own.objections, ...lostObjections(planned)]};
};

/** Where the plan says nothing of a value it is the value itself: a server that is strict about what fits has no need of a cast. */
const inOwnWords = <Kind extends Replacement>(planned: Kind): Kind => {
  const plain = (text: string, column: string, type: string): string =>
    text === standardName(column) || text === standardCast(column, type) ? quoteName(column) : text;
  return {
    ...planned,
    into: planned.into.map((part) => ({...part, using: plain(part.using, planned.column, part.type)})),
    back: planned.into.reduce((text, {column}) => plain(text, column, planned.oldType), planned.back),
  };
};

const replacementChange = (planned: Replacement, ending: Ddl): OwnChange => {
  const {table, column, into, goesWith} = planned;
  const [sync, letGo] = [createTwoWay(planned), dropTriggers(planned)];
  const start = into.map((part) => addPart(planned, part.column, part.type));
  const complete = [
    ...into.filter(({notNull}) => notNull).map((part) => makeMandatory(planned, part.column)),
    {
      doing: 'completing',
      pieces: [
        ...letGo,
        // Before the default: should it fail, triggers that are made again would take a default for a value that was written.
        ...goesWith.map((index) => dropIndex(table, index, 'dropping an index of')),
        ...into.flatMap((part) => setDefault(part)),
        ending,
      ],
    },
  ];
  return {
    start,
    sync,
    fill: fillOf(planned),
    count: countRows(
      table,
      `NOT (${inStep(planned)})${into.map((part) => (part.notNull ? ` OR ${quoteName(part.column)} IS NULL` : '')).join('')}`,
    ),
    strays: countRows(table, `(${isThere(planned)}) AND NOT (${inStep(planned)})`),
    complete,
    old: [{table, column, goesWith}],
    isPast: ending.isDone,
    undo: [
      {
        doing: 'removing columns for',
        pieces: [...letGo, ...into.map((part) => dropColumn({table, column: part.column}, 'removing columns for'))],
      },
    ],
    needs: [...NEEDED, 'UPDATE', 'TRIGGER', 'LOCK TABLES'],
    objections: replacementObjections(planned),
    trial: (shape) => [
      ...tried(start, shape),
      ...tryExpressions(planned, quoteTable(shape)),
      ...tried(sync, shape),
      // What hangs on the old column is in the copy as well, under the same names.
      ...tried(complete, shape),
    ],
  };
};

const addPart = ({table}: Replacement, column: string, type: string): Ddl => ({
  doing: 'adding columns for',
  sql: (to) => `ALTER TABLE ${quoteTable(to)} ADD COLUMN ${quoteName(column)} ${type} NULL, ${INSTANT}`,
  undo: dropColumn({table, column}, 'removing').sql,
  isDone: columnIs({table, column}),
});

/** Before the triggers go: to them what a writer leaves out of such a column is empty all the same. */
const makeMandatory = ({table}: Replacement, column: string): Ddl => ({
  doing: 'making mandatory',
  sql: (at, definition) => `ALTER TABLE ${quoteTable(at)} MODIFY COLUMN ${quoteName(column)} ${mandatory(definition)}, ${IN_PLACE}`,
  isDone: columnIs({table, column}, `is_nullable = 'NO'`),
  reads: definitionOf(column),
});

/** After them: who leaves the column out knows the old shape only, and must be seen to. Saying it again changes nothing. */
const setDefault = ({column, default: value}: Replacement['into'][number]): Ddl[] =>
  value === undefined
    ? []
    : [
        {
          doing: 'completing',
          sql: (at) => `ALTER TABLE ${quoteTable(at)} ALTER COLUMN ${quoteName(column)} SET DEFAULT ${value}\n, ${INSTANT}`,
          isDone: 'SELECT 1 AS never FROM (SELECT 1 AS one) AS it WHERE FALSE',
        },
      ];

const isThere = ({into}: Replacement): string => into.map((part) => `${quoteName(part.column)} IS NOT NULL`).join(' OR ');

/** A row is in step when either shape is what the other one says: an expression may lose what only one can hold. */
const inStep = (planned: Replacement): string => {
  const {column, oldType, into, back} = planned;
  const follows = into.map((part) => isSame(part.type, quoteName(part.column), expression(part.using))).join(' AND ');
  return `CASE WHEN (${isThere(planned)}) AND ${isSame(oldType, quoteName(column), expression(back))} THEN TRUE ELSE ${follows} END`;
};

const fillOf = ({into}: Replacement): Fill => ({
  lacks: into.map((part) => `${quoteName(part.column)} IS NULL`).join(' AND '),
  known: into.map(({using}) => `${expression(using)} IS NOT NULL`).join(' OR '),
  set: into.map(({column, using}) => `${quoteName(column)} = ${expression(using)}`).join(', '),
});

/** Over the columns that a trigger shows them, and no others. */
const tryExpressions = ({table, column, into, back}: Replacement, shape: string): TrialStep[] => {
  const of = (names: readonly string[]): string =>
    `FROM (SELECT ${names.map(quoteName).join(', ')} FROM ${shape}) AS ${quoteName(table.name)}`;
  return [
    `SELECT ${into.map(({using}) => expression(using)).join(', ')} ${of([column])}`,
    `SELECT ${expression(back)} ${of(into.map((part) => part.column))}`,
  ].map((sql) => ({sql: () => sql}));
};
