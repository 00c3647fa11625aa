/**
 * One table taken apart: what each column becomes, and what cannot. Every part that writes DDL starts from here, so that
 * types, defaults, checks and indexes cannot disagree about a column.
 */
import type {PostgresColumn, PostgresTable} from '../../model/postgres-schema.ts';
import {nameOf} from '../../model/table.ts';
import {backticked, nameProblem, twins} from './names.ts';
import type {Scope} from './translate.ts';
import {kindOfType, type Kind, type TypedSql} from './typed-sql.ts';
import {chosenType, type FlavourName, type TypeChoice} from './types.ts';
import type {ConversionFinding} from '../mapping.ts';
import {refusal} from '../conversion-finding.ts';

export type ConvertedColumn = {readonly column: PostgresColumn; readonly choice: TypeChoice};

export type ConvertedTable = {
  readonly flavour: FlavourName;
  readonly table: PostgresTable;
  /** In its own database, which the script is in. */
  readonly sql: string;
  readonly columns: readonly ConvertedColumn[];
  readonly findings: readonly ConversionFinding[];
};

/** Types that the plan declares, by `schema.table.column`. */
export type ConversionTypes = ReadonlyMap<string, string>;

export const convertedTable = (flavour: FlavourName, table: PostgresTable, types: ConversionTypes): ConvertedTable => {
  const place = nameOf(table.name);
  const findings = nameFindings(table);
  const columns = table.columns.flatMap((column): ConvertedColumn[] => {
    const chosen = chosenType(column, flavour, types.get(`${place}.${column.name}`));
    if ('choice' in chosen && labelsFit(column, chosen.choice)) return [{column, choice: chosen.choice}];
    const reason = 'refused' in chosen ? chosen.refused : 'a label ends in spaces, which MySQL takes off: declare varchar(63)';
    findings.push(refusal(`${place}.${column.name}`, column.type, reason));
    return [];
  });
  if (rowBytes(columns) > ROW_BYTES_MAX)
    findings.push(
      refusal(
        place,
        '',
        `its rows could have ${rowBytes(columns)} bytes, and ${ROW_BYTES_MAX} is the most: declare longtext or a shorter varchar for the longest columns`,
      ),
    );
  return {flavour, table, sql: backticked(table.name.name), columns, findings};
};

const labelsFit = ({members}: PostgresColumn, {type}: TypeChoice): boolean => type !== 'enum' || !members.some((one) => one.endsWith(' '));

const nameFindings = ({name, columns}: PostgresTable): ConversionFinding[] => {
  const place = nameOf(name);
  const names = columns.map((column) => column.name);
  return [
    ...[name.schema, name.name].flatMap((one) => problemOf(place, one)),
    ...names.flatMap((one) => problemOf(`${place}.${one}`, one)),
    ...twins(names).map((one) => refusal(`${place}.${one}`, one, 'another column has this name in other case, which does not count there')),
  ];
};

const problemOf = (place: string, name: string): ConversionFinding[] => {
  const problem = nameProblem(name);
  return problem === undefined ? [] : [refusal(place, name, `${problem}: rename it in the mapping of the plan`)];
};

const ROW_BYTES_MAX = 65_535;

/** Of what stands in the row itself: the long types are kept elsewhere, and leave a pointer. */
const rowBytes = (columns: readonly ConvertedColumn[]): number => columns.reduce((sum, {choice}) => sum + (keyBytes(choice) ?? 12) + 2, 0);

/** Bytes of a value in an index; undefined for what is indexed by its first signs only. */
export const keyBytes = ({type}: TypeChoice): number | undefined => {
  const [, name = '', size = '1'] = /^([a-z]+)(?:\((\d+)(?:,\d+)?\))?/.exec(type) ?? [];
  if (name === 'varchar' || name === 'char') return SIGN_BYTES_MAX * Number(size);
  if (name === 'varbinary' || name === 'binary') return Number(size);
  if (name === 'decimal') return Math.ceil(Number(size) / 2) + 2;
  return name.startsWith('long') || name === 'json' ? undefined : (BYTES[name] ?? OTHER_BYTES);
};

const SIGN_BYTES_MAX = 4;
const BYTES: Readonly<Record<string, number>> = {tinyint: 1, smallint: 2, int: 4, uuid: 16};
const OTHER_BYTES = 8;

/** The columns as expressions see them. */
export const scopeOf = (table: ConvertedTable): Scope => {
  return (name) => {
    const found = table.columns.find(({column}) => column.name === name);
    return found && columnSql(found, backticked(name));
  };
};

/** Undefined where a value is another one to an expression there. */
export const columnSql = ({column, choice}: ConvertedColumn, sql: string): TypedSql | undefined => {
  if (choice.isByPlanOnly || column.folds) return undefined;
  const kind: Kind | undefined = column.base === 'enum' ? 'label' : kindOfType(column.base ?? column.type);
  if (kind === undefined || !isKept(kind, choice)) return undefined;
  const scale = kind === 'integer' ? 0 : kind === 'decimal' ? Number(/,(\d+)\)$/.exec(choice.type)?.[1] ?? 0) : undefined;
  // With PAD_CHAR_TO_FULL_LENGTH a session would see spaces, so MariaDB generates nothing from a CHAR as it is.
  const value = choice.type.startsWith('char(') ? `RTRIM(${sql})` : sql;
  return {sql: value, kind, ...(scale === undefined ? {} : {scale})};
};

/** Types of other forms than the first one compare by other rules. */
const isKept = (kind: Kind, {type}: TypeChoice): boolean =>
  (kind !== 'boolean' || type === 'tinyint(1)') &&
  (kind !== 'uuid' || type === 'char(36)') &&
  (kind !== 'decimal' || type.startsWith('decimal')) &&
  (kind !== 'instant' || type.startsWith('datetime'));
