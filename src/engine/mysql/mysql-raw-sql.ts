/**
 * An operator's own statements. DDL commits by itself, so there is no transaction around a list of them: each is on record
 * by its place, and one of which only the beginning is on record is sent again.
 */
import type {RawSql} from '../../model/planned-operation.ts';
import type {Noted, Objection, OwnChange} from './mysql-change.ts';
import {scriptStatements} from './mysql-script.ts';
import {quoteValue} from './mysql-sql.ts';

export const rawSqlChange = ({start, undo, complete, validate}: RawSql): OwnChange => {
  /** Nothing is at the first place but that the change is ours. */
  const noted = (texts: readonly string[], doing: string, before: readonly string[]): readonly Noted[] =>
    texts.map((text, i) => ({doing, text, place: 1 + before.length + i}));
  return {
    start: noted(start, 'running the statements of', []),
    ...(validate === undefined ? {} : {count: `SELECT '0' AS total, (${validate}\n) AS unfilled`}),
    complete: noted(complete, 'running the last statements of', start),
    old: [],
    undo: noted(undo, 'running the undo of', [...start, ...complete]),
    needs: [],
    objections: [
      ...[...start, ...undo, ...complete].flatMap((text) => objectionsTo(text, faultOf(text))),
      ...(validate === undefined || /^[\s(]*(SELECT|WITH)\b/i.test(validate) ? [] : objectionsTo(validate, 'is no query')),
    ],
    trial: () => [],
  };
};

const SHOWN_MAX = 80;

const objectionsTo = (text: string, fault: string | undefined): Objection[] =>
  fault === undefined
    ? []
    : [
        {
          ask: `SELECT ${quoteValue(text.slice(0, SHOWN_MAX))} AS what`,
          reason: `${fault}: {}`,
          next: 'correct the operation in the plan',
        },
      ];

const faultOf = (text: string): string | undefined => {
  const statements = scriptStatements(text);
  const [first] = statements;
  if (statements.length !== 1 || !first) return 'is not one statement';
  return first.kind === 'rows' || first.kind === 'ddl' ? undefined : 'says something to the session, or to its transaction, alone';
};
