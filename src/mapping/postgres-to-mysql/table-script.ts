/**
 * The DDL of one table: what the replay window allows (the table with its primary key and what concerns single columns),
 * and what comes when its rows are whole: checks and indexes. Foreign keys are in `foreign-keys.ts`.
 */
import {nameOf} from '../../model/table.ts';
import {columnSql, type ConvertedColumn, type ConvertedTable, scopeOf} from './converted-table.ts';
import {declaredColumn} from './declared-column.ts';
import {defaultOf, generationOf, type Written} from './defaults.ts';
import {indexScript, keyProblem} from './indexes.ts';
import {backticked, constraintName, quotedText} from './names.ts';
import {type Scope, translated} from './translate.ts';
import type {FlavourName} from './types.ts';
import type {ConversionFinding, ConvertedStatement, TableScript} from '../mapping.ts';
import {refusal, warning} from '../conversion-finding.ts';

export const tableScript = (converted: ConvertedTable): TableScript => {
  const findings: ConversionFinding[] = [...converted.findings];
  const lines = converted.columns.map((column) => columnLine(converted, column, findings));
  const object = `table ${nameOf(converted.table.name)}`;
  const key = converted.table.indexes.find(({isPrimary}) => isPrimary);
  const problem = key && keyProblem(converted, key);
  if (key && problem !== undefined) findings.push(refusal(`primary key ${nameOf(converted.table.name)}`, key.text, problem));
  const parts = key?.parts.map(({column}) => backticked(column ?? '')) ?? [];
  const counter = converted.columns.find(({column}) => column.isNumbered)?.column.name;
  const isCounted = counter === undefined || key?.parts[0]?.column === counter;
  const sql = `CREATE TABLE ${converted.sql} (\n  ${[
    ...lines,
    ...(parts.length && problem === undefined ? [`PRIMARY KEY (${parts.join(', ')})`] : []),
    ...(isCounted ? [] : [`KEY (${backticked(counter)})`]), // a counter has to be the first column of some index
  ].join(
    ',\n  ',
  )}\n) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ${COLLATIONS[converted.flavour]}${commentOf(converted.table.comment, COMMENT_MAX, ' COMMENT = ')}`;
  const indexes = indexScript(converted);
  const checks = checkScript(converted);
  return {
    preData: [{object, sql}],
    postData: [...checks.statements, ...indexes.statements],
    findings: [...findings, ...remarks(converted), ...checks.findings, ...indexes.findings],
  };
};

/** Every byte counts, spaces at the end too: what was unique stays unique, and what was two stays two. */
export const COLLATIONS: Readonly<Record<FlavourName, string>> = {mysql: 'utf8mb4_0900_bin', mariadb: 'utf8mb4_nopad_bin'};

const columnLine = (table: ConvertedTable, converted: ConvertedColumn, findings: ConversionFinding[]): string => {
  const {column, choice} = converted;
  const place = `${nameOf(table.table.name)}.${column.name}`;
  const written = (what: string, text: string | null, made: Written): string => {
    if (made === undefined) return '';
    if ('sql' in made) return made.sql;
    findings.push(refusal(place, text ?? '', `its ${what} is not converted: ${made.refused}`));
    return '';
  };
  const generation = written('expression', column.generation, generationOf(table, converted));
  const standard = written('default', column.default, defaultOf(table.flavour, converted));
  const isBare = generation !== '' && table.flavour === 'mariadb'; // which takes no NOT NULL there
  const rest = [
    generation && `GENERATED ALWAYS AS (${generation}) STORED`,
    column.isNullable || isBare ? '' : 'NOT NULL',
    isCounter(table, converted) ? 'AUTO_INCREMENT' : '',
    standard && `DEFAULT ${standard}`,
    commentOf(column.comment, COLUMN_COMMENT_MAX, 'COMMENT '),
  ].filter(Boolean);
  return declaredColumn(column.name, choice, column.members, rest);
};

const isCounter = ({columns}: ConvertedTable, {column}: ConvertedColumn): boolean =>
  column.isNumbered && columns.find((one) => one.column.isNumbered)?.column.name === column.name;

/** Signs, by MySQL's own limits. */
const COMMENT_MAX = 2048;
const COLUMN_COMMENT_MAX = 1024;

const commentOf = (comment: string, most: number, word: string): string =>
  comment === '' || comment.length > most ? '' : `${word}${quotedText(comment)}`;

const remarks = ({table, columns}: ConvertedTable): ConversionFinding[] => {
  const place = nameOf(table.name);
  const [, ...others] = columns.filter(({column}) => column.isNumbered);
  const long = [
    ...(table.comment.length > COMMENT_MAX ? [place] : []),
    ...columns.filter(({column}) => column.comment.length > COLUMN_COMMENT_MAX).map(({column}) => `${place}.${column.name}`),
  ];
  return [
    ...others.map(({column}) =>
      refusal(`${place}.${column.name}`, column.default ?? 'identity', 'a table there numbers its rows by one column only'),
    ),
    ...long.map((object) => warning(object, '', 'its comment is longer than MySQL keeps, and stays behind', 'write a shorter one there')),
    ...(table.partitioning === null
      ? []
      : [
          warning(
            place,
            `PARTITION BY ${table.partitioning}`,
            'its partitions become one table',
            'make the table with its partitions by a schema file where they are wanted',
          ),
        ]),
  ];
};

const checkScript = (converted: ConvertedTable): {readonly statements: ConvertedStatement[]; readonly findings: ConversionFinding[]} => {
  const own = converted.table.checks.map((check) => ({...check, scope: scopeOf(converted)}));
  const ofDomains = converted.columns.flatMap((column) =>
    column.column.domainChecks.map(({name, clause}) => ({
      name: `${column.column.name}_${name}`,
      clause,
      scope: ((name) => (name === 'value' ? columnSql(column, backticked(column.column.name)) : undefined)) satisfies Scope,
    })),
  );
  const statements: ConvertedStatement[] = [];
  const findings: ConversionFinding[] = [];
  for (const {name, clause, scope} of [...own, ...ofDomains]) {
    const object = `check ${nameOf(converted.table.name)}.${name}`;
    const made = translated(clause, scope);
    if ('refused' in made) findings.push(refusal(object, clause, `is not converted: ${made.refused}`));
    else if (made.translated.kind !== 'boolean') findings.push(refusal(object, clause, 'is not converted: it is no condition'));
    else
      statements.push({
        object,
        sql: `ALTER TABLE ${converted.sql} ADD CONSTRAINT ${backticked(constraintName(converted.table.name.name, name))} CHECK (${made.translated.sql})`,
      });
  }
  return {statements, findings};
};
