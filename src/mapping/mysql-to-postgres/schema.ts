/** A whole schema: the statements that make it on PostgreSQL, in order, and by name all that is left for a person. */
import type {MysqlSchema} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {collationSql, type ConversionRules, type ConvertedTable, convertedTable} from './converted-table.ts';
import {foreignKeyScript} from './foreign-keys.ts';
import {quoted} from './names.ts';
import {tableScript} from './table-script.ts';
import {viewScript} from './views.ts';
import type {Fold} from './typed-sql.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {warning} from '../conversion-finding.ts';

export type ConvertedSchema = {
  readonly tables: readonly ConvertedTable[];
  readonly preData: readonly ConvertedStatement[];
  readonly postData: readonly ConvertedStatement[];
  readonly findings: readonly ConversionFinding[];
};

export const convertedSchema = (schema: MysqlSchema, rules: ConversionRules): ConvertedSchema => {
  const tables = schema.tables.map((table) => convertedTable(schema.flavour, table, rules));
  const scripts = tables.map(tableScript);
  const keys = foreignKeyScript(tables);
  const body = scripts.flatMap(({preData}) => preData);
  const views = viewScript(schema, rules.schema, tables);
  const after = [...scripts.flatMap(({postData}) => postData), ...keys.statements, ...views.statements];
  return {
    tables,
    preData: [
      {object: `schema ${rules.schema}`, sql: `CREATE SCHEMA IF NOT EXISTS ${quoted(rules.schema)}`},
      ...collations(rules.schema, [...body, ...after]),
      ...body,
    ],
    postData: after,
    findings: [...scripts.flatMap(({findings}) => findings), ...keys.findings, ...views.findings, ...left(schema)],
  };
};

/** Only those that are used: they need a server with ICU. Level 1 tells letters apart, level 2 accents too. */
const collations = (schema: string, statements: readonly ConvertedStatement[]): ConvertedStatement[] =>
  Object.entries(LEVELS)
    .filter(([fold]) => statements.some(({sql}) => sql.includes(collationSql(schema, fold as Fold))))
    .map(([fold, level]) => ({
      object: `collation ${schema}.mysql_${fold}`,
      sql: `CREATE COLLATION ${collationSql(schema, fold as Fold)} (provider = icu, locale = 'und-u-ks-${level}', deterministic = false)`,
    }));

const LEVELS: {readonly [F in Fold]: string} = {ai_ci: 'level1', as_ci: 'level2'};

const left = ({programs}: MysqlSchema): ConversionFinding[] =>
  programs.map(({kind, name, text}) =>
    warning(
      `${kind} ${nameOf(name)}`,
      text,
      `a ${kind} is a program, which a person has to write anew`,
      'write it anew, into a schema file of the plan',
    ),
  );
