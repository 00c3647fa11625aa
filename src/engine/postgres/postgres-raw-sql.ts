/** An operator's own statements. They are read beforehand and never tried: nobody knows what they do. */
import type {RawSql} from '../../model/planned-operation.ts';
import type {Finding} from '../engine.ts';
import type {OwnChange} from './postgres-change.ts';
import {errorText} from '../../model/errors.ts';

export const rawSqlChange = (planned: RawSql): OwnChange => ({
  start: [{doing: 'running the statements of', sql: planned.start}],
  sync: [],
  ...(planned.validate === undefined ? {} : {count: `SELECT '0' AS rows, (${planned.validate}\n)::text AS unfilled`}),
  prove: [],
  complete: planned.complete,
  old: [],
  undo: [{doing: 'running the undo of', sql: planned.undo}],
  objections: [],
  trial: [],
  look: async () => (await Promise.all(textsOf(planned).map(([text, isQuery]) => look(planned.name, text, isQuery)))).flat(),
});

const textsOf = ({start, undo, complete, validate}: RawSql): readonly (readonly [string, boolean])[] => [
  ...[...start, ...undo, ...complete].map((text) => [text, false] as const),
  ...(validate === undefined ? [] : [[validate, true] as const]),
];

const look = async (name: string, text: string, isQuery: boolean): Promise<Finding[]> => {
  const reason = await fault(text, isQuery);
  if (reason === undefined) return [];
  const next = 'correct the operation in the plan';
  return [{severity: 'refuse', code: 'CF-PLAN-001', object: name, reason: `${reason}: ${text.slice(0, SHOWN_MAX)}`, next}];
};

const SHOWN_MAX = 80;

const fault = async (text: string, isQuery: boolean): Promise<string | undefined> => {
  const {parse} = await import('libpg-query');
  let statements: readonly {readonly stmt?: object}[];
  try {
    ({stmts: statements = []} = (await parse(text)) as {stmts?: readonly {readonly stmt?: object}[]});
  } catch (error) {
    return `cannot be read (${errorText(error)})`;
  }
  const [kind] = Object.keys(statements[0]?.stmt ?? {});
  if (statements.length !== 1) return 'is not one statement';
  if (isQuery) return kind === 'SelectStmt' ? undefined : 'is no query';
  const isAlone = kind === 'TransactionStmt' || kind === 'VacuumStmt' || JSON.stringify(statements).includes('"concurrent":true');
  return isAlone ? 'cannot be part of a transaction' : undefined;
};
