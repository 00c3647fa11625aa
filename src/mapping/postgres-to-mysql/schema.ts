/** A whole schema: the statements that make it on MySQL or MariaDB, in order, and by name all that is left for a person. */
import type {PostgresSchema} from '../../model/postgres-schema.ts';
import {nameOf} from '../../model/table.ts';
import {type ConversionTypes, type ConvertedTable, convertedTable} from './converted-table.ts';
import {foreignKeyScript} from './foreign-keys.ts';
import {backticked, twins} from './names.ts';
import {COLLATIONS, tableScript} from './table-script.ts';
import type {FlavourName} from './types.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {warning} from '../conversion-finding.ts';

export type ConvertedSchema = {
  readonly tables: readonly ConvertedTable[];
  readonly preData: readonly ConvertedStatement[];
  readonly postData: readonly ConvertedStatement[];
  readonly findings: readonly ConversionFinding[];
};

/**
 * Each schema becomes a database of its name. Statements name no database but by USE, so that the script can be tried out in
 * another one.
 */
export const convertedSchema = (schema: PostgresSchema, flavour: FlavourName, types: ConversionTypes): ConvertedSchema => {
  const tables = schema.tables.map((table) => convertedTable(flavour, table, types));
  const parts = [...Map.groupBy(tables, ({table}) => table.name.schema)].map(([name, own]) => ({
    name,
    scripts: own.map(tableScript),
    keys: foreignKeyScript(own, tables),
  }));
  return {
    tables,
    preData: parts.flatMap(({name, scripts}) => [
      databaseOf(flavour, name),
      ...within(
        name,
        scripts.flatMap(({preData}) => preData),
      ),
    ]),
    postData: [
      ...parts.flatMap(({name, scripts}) =>
        within(
          name,
          scripts.flatMap(({postData}) => postData),
        ),
      ),
      ...parts.flatMap(({name, keys}) => within(name, keys.statements)),
    ],
    findings: [
      ...twinTables(tables),
      ...parts.flatMap(({scripts}) => scripts.flatMap(({findings}) => findings)),
      ...parts.flatMap(({keys}) => keys.findings),
      ...left(schema),
    ],
  };
};

const databaseOf = (flavour: FlavourName, name: string): ConvertedStatement => ({
  object: `schema ${name}`,
  sql: `CREATE DATABASE IF NOT EXISTS ${backticked(name)} CHARACTER SET utf8mb4 COLLATE ${COLLATIONS[flavour]}`,
});

const within = (name: string, statements: readonly ConvertedStatement[]): readonly ConvertedStatement[] =>
  statements.length ? [{object: `schema ${name}`, sql: `USE ${backticked(name)}`}, ...statements] : [];

/** Servers on Windows and macOS, and those that are set so, take them for one. */
const twinTables = (tables: readonly ConvertedTable[]): ConversionFinding[] =>
  twins(tables.map(({table}) => nameOf(table.name))).map((name) =>
    warning(
      name,
      '',
      'another table has this name in other case, which some servers take for one',
      'look for lower_case_table_names = 0 there',
    ),
  );

/** Rows are kept out by these, or hidden: a target without them lets through what the source does not. */
const GUARDS: readonly string[] = ['exclusion constraint', 'policy', 'rule'];

const left = ({left: programs}: PostgresSchema): ConversionFinding[] =>
  programs.map(({kind, name, text}) => ({
    severity: GUARDS.includes(kind) ? 'refuse' : 'warn',
    object: `${kind} ${name}`,
    text,
    reason: `a ${kind} is not converted`,
    next: GUARDS.includes(kind)
      ? 'accept it by its name in the plan (conversion.accept) when the application does not need it there'
      : 'write it anew, into a schema file of the plan or by hand',
  }));
