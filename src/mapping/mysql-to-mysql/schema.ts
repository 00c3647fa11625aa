/** `schema: {kind: convert}` between MySQL and MariaDB: tables as their server writes them, and what of them stays behind. */
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {MysqlColumn, MysqlSchema, MysqlTable} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import type {ConvertedScript, MappedType} from '../mapping.ts';
import {type Dialect, nearDdl, quoted, TO_MARIADB, TO_MYSQL} from './near-ddl.ts';

type Finding = ConvertedScript['findings'][number];
/** `line`: how what stays behind begins in the table's DDL. */
type Left = {readonly finding: Finding; readonly line?: string};

export const nearSchema = (schema: MysqlSchema, rules: ConversionRules): ConvertedScript => {
  const dialect = schema.flavour === 'mysql' ? TO_MARIADB : TO_MYSQL;
  const accepted = new Set(rules.accept);
  const left = new Map(schema.tables.map((table) => [table, leftOf(table, dialect)]));
  const findings = [...left.values()].flatMap((some) => some.map(({finding}) => finding));
  return {
    preData: [...Map.groupBy(schema.tables, ({name}) => name.schema)].flatMap(([database, tables]) => [
      {object: `database ${database}`, sql: `CREATE DATABASE IF NOT EXISTS ${quoted(database)}`},
      {object: `database ${database}`, sql: `USE ${quoted(database)}`},
      ...tables.map((table) => ({
        object: `table ${nameOf(table.name)}`,
        sql: nearDdl(
          table,
          dialect,
          (left.get(table) ?? []).flatMap(({line}) => line ?? []),
        ),
      })),
    ]),
    postData: [],
    types: schema.tables.flatMap((table) => table.columns.map((column) => mappedType(table, column, dialect))),
    foldedKeys: [],
    findings: [...findings, ...beside(schema)].map((finding) =>
      accepted.has(finding.object) ? {...finding, severity: 'warn', next: 'accepted in the plan'} : finding,
    ),
  };
};

const leftOf = (table: MysqlTable, {target}: Dialect): readonly Left[] =>
  target === 'mariadb' ? [...actingKeys(table), ...looseChecks(table), ...indexesOfExpressions(table)] : [];

/** H-19: nothing of it would come back. */
const actingKeys = ({name: table, foreignKeys}: MysqlTable): Left[] =>
  foreignKeys
    .filter(({onDelete, onUpdate}) => [onDelete, onUpdate].some((rule) => /^(?:CASCADE|SET)/.test(rule)))
    .map(({name, onDelete, onUpdate}) => ({
      finding: {
        severity: 'refuse',
        object: `foreign key ${nameOf(table)}.${name}`,
        reason: 'acts by itself, and MariaDB does not log what it changes (H-19)',
        text: `ON DELETE ${onDelete} ON UPDATE ${onUpdate}`,
        next: 'let the application delete and change these rows itself (ON DELETE RESTRICT), or accept that the key stays behind',
      },
      line: `  CONSTRAINT ${quoted(name)} `,
    }));

const looseChecks = ({name: table, checks}: MysqlTable): Left[] =>
  checks
    .filter(({isEnforced}) => !isEnforced)
    .map(({name, clause}) => ({
      finding: {
        severity: 'warn',
        object: `check ${nameOf(table)}.${name}`,
        reason: 'stays behind: it is not enforced, and MariaDB enforces all that it has',
        text: clause,
        next: 'nothing, unless somebody wants to enforce it',
      },
      line: `  CONSTRAINT ${quoted(name)} `,
    }));

const indexesOfExpressions = ({name: table, indexes}: MysqlTable): Left[] =>
  indexes
    .filter(({parts}) => parts.some(({expression}) => expression !== null))
    .map(({name, isUnique, parts}) => ({
      finding: {
        severity: 'refuse',
        object: `index ${nameOf(table)}.${name}`,
        reason: 'is over an expression, which MariaDB does not index',
        text: parts.map(({column, expression}) => column ?? expression ?? '').join(', '),
        next: 'index a generated column instead, or accept that the index stays behind',
      },
      line: `  ${isUnique ? 'UNIQUE ' : ''}KEY ${quoted(name)} `,
    }));

/** Beside tables. */
const beside = ({views, programs}: MysqlSchema): readonly Finding[] => {
  const finding = (object: string, text: string): Finding => ({
    severity: 'warn',
    object,
    reason: 'stays behind: it has an owner, and rights and settings of its own',
    text,
    next: 'make it on the target yourself, before the cutover',
  });
  return [
    ...views.map(({name, definition}) => finding(`view ${nameOf(name)}`, definition)),
    ...programs.map(({kind, name, text}) => finding(`${kind} ${nameOf(name)}`, text)),
  ];
};

const mappedType = ({name: table}: MysqlTable, {name: column, type}: MysqlColumn, {target, types}: Dialect): MappedType => ({
  table,
  column,
  from: type,
  to: /^inet6\b/.test(type) && target === 'mysql' ? undefined : (types[type] ?? type).replace(/ CHARACTER SET.*/, ''),
  others: [],
  otherLosses: [],
  losses: lossesOf(quoted(column), type, target),
  stops: type in types ? 'a text that the type of the source would not print' : undefined,
});

const lossesOf = (name: string, type: string, target: Dialect['target']): MappedType['losses'] => {
  if (type.startsWith('enum('))
    return [{what: 'values that are no member (H-45)', where: `${name} + 0 = 0`, becomes: 'refused in any case: mend the rows'}];
  if (type.startsWith('timestamp') && target === 'mysql')
    return [
      {what: 'times after 2038-01-19', where: `${name} > '2038-01-19 03:14:07.999999'`, becomes: 'refused in any case: mend the rows'},
    ];
  if (type === 'json')
    return [
      {
        what: 'keys that are there twice, and numbers that no DOUBLE holds (H-46)',
        where: undefined,
        becomes: 'the last of the keys, the nearest DOUBLE',
      },
    ];
  return [];
};
