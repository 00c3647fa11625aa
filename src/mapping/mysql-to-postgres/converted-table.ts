/**
 * One table taken apart: what each column becomes, and what cannot. Every part that writes DDL starts from here, so that
 * types, defaults, checks and indexes cannot disagree about a column.
 */
import type {MysqlColumn, MysqlSchema, MysqlTable} from '../../model/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {columnSql} from './column-sql.ts';
import {madeName, nameProblems, qualified, quoted} from './names.ts';
import {foldOf} from './translate.ts';
import type {Fold, Scope} from './typed-sql.ts';
import {chosenType, type TypeChoice} from './types.ts';
import type {ValueShape} from './values.ts';
import {withoutZeroLoss, zeroDate} from './zero-dates.ts';
import {refusal} from '../conversion-finding.ts';
import type {ConversionFinding} from '../mapping.ts';

export type ConvertedColumn = {
  readonly column: MysqlColumn;
  readonly choice: TypeChoice;
  readonly shape: ValueShape;
  /** As DDL writes it: the name of the enum that is made for it, or the type. */
  readonly type: string;
  /** Where equal texts may be written in several ways, and must not stand twice: the collation that knows. */
  readonly fold: Fold | undefined;
  /** For what NULL stands on the target, in a column that has none on the source. */
  readonly zero: string | undefined;
};

export type ConvertedTable = {
  readonly flavour: MysqlSchema['flavour'];
  readonly table: MysqlTable;
  readonly schema: string;
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly ConvertedColumn[];
  readonly findings: readonly ConversionFinding[];
};

/** What the plan says: the schema of the target, types of columns by `table.column`, and whether NULL stands for zero dates. */
export type ConversionRules = {
  readonly schema: string;
  readonly types: ReadonlyMap<string, string>;
  readonly zeroDates?: 'nullable';
};

export const convertedTable = (flavour: MysqlSchema['flavour'], table: MysqlTable, rules: ConversionRules): ConvertedTable => {
  const findings: ConversionFinding[] = nameProblems([table.name.name, ...table.columns.map(({name}) => name)]).map(({name, reason}) =>
    refusal(name === table.name.name ? nameOf(table.name) : `${nameOf(table.name)}.${name}`, name, reason),
  );
  const unique = uniqueTexts(table);
  const keys = keyColumns(table);
  const columns = table.columns.flatMap((column): ConvertedColumn[] => {
    const place = `${nameOf(table.name)}.${column.name}`;
    const chosen = chosenType(column, rules.types.get(`${table.name.name}.${column.name}`), flavour);
    if ('refused' in chosen) {
      findings.push(refusal(place, column.type, chosen.refused));
      return [];
    }
    const {shape} = chosen;
    const zero = rules.zeroDates && !column.isNullable && !keys.has(column.name) ? zeroDate(column.type) : undefined;
    const choice = zero === undefined ? chosen.choice : withoutZeroLoss(chosen.choice);
    const type = choice.type === 'enum' ? qualified(rules.schema, enumName(table, column)) : choice.type;
    const isText = choice.type === 'text' || choice.type.startsWith('character varying');
    const fold = unique.has(column.name) && isText ? foldOf(column.collation) : undefined;
    return [{column, choice, shape, type, fold, zero}];
  });
  return {flavour, table, schema: rules.schema, name: table.name.name, sql: qualified(rules.schema, table.name.name), columns, findings};
};

export const enumName = (table: MysqlTable, column: MysqlColumn): string => madeName(table.name.name, column.name);

export const collationSql = (schema: string, fold: Fold): string => qualified(schema, `mysql_${fold}`);

/** Columns as expressions of this table see them. */
export const scopeOf = ({flavour, columns, schema}: ConvertedTable, isStored: boolean): Scope => ({
  flavour,
  isStored,
  column: (path) => {
    const found = columns.find(({column}) => column.name.toLowerCase() === path.at(-1)?.toLowerCase());
    if (!found) return undefined;
    const name = quoted(found.column.name);
    // The text of an enum could be changed by renaming a member, so no generated column may use it.
    if (found.choice.type === 'enum') return isStored ? undefined : columnSql(found.column, `(${name})::text`, 'text');
    return columnSql(found.column, name, found.choice.type);
  },
  collation: (fold) => collationSql(schema, fold),
});

/** Of the primary key, or of whatever could stand in for one. */
const keyColumns = ({indexes, columns}: MysqlTable): ReadonlySet<string> => {
  const isNever = (name: string | null): boolean => columns.some((column) => column.name === name && !column.isNullable);
  const primary = indexes.filter(({name}) => name === 'PRIMARY');
  const keys = primary.length ? primary : indexes.filter(({isUnique, parts}) => isUnique && parts.every(({column}) => isNever(column)));
  return new Set(keys.flatMap(({parts}) => parts.flatMap(({column}) => column ?? [])));
};

/** In a unique key, or on either end of a foreign key: there equality decides what may be written. */
const uniqueTexts = ({indexes, foreignKeys}: MysqlTable): ReadonlySet<string> =>
  new Set([
    ...indexes.filter(({isUnique}) => isUnique).flatMap(({parts}) => parts.flatMap(({column}) => (column === null ? [] : [column]))),
    ...foreignKeys.flatMap(({columns}) => columns),
  ]);
