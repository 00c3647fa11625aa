/** Foreign keys, once all tables are there. PostgreSQL wants a unique key at the other end; InnoDB takes any index. */
import {nameOf} from '../../model/table.ts';
import {type ConvertedTable} from './converted-table.ts';
import {madeName, quoted} from './names.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {refusal} from '../conversion-finding.ts';

export const foreignKeyScript = (
  tables: readonly ConvertedTable[],
): {readonly statements: readonly ConvertedStatement[]; readonly findings: readonly ConversionFinding[]} => {
  const statements: ConvertedStatement[] = [];
  const findings: ConversionFinding[] = [];
  for (const table of tables) {
    for (const key of table.table.foreignKeys) {
      const object = `foreign key ${nameOf(table.table.name)}.${key.name}`;
      const names = (columns: readonly string[]): string => columns.map(quoted).join(', ');
      const other = tables.find(({table: {name}}) => nameOf(name) === nameOf(key.references));
      const problem = problemOf(table, other, key.columns, key.referencedColumns);
      const text = `FOREIGN KEY (${key.columns.join(', ')}) REFERENCES ${nameOf(key.references)} (${key.referencedColumns.join(', ')})`;
      if (problem || !other) {
        findings.push(refusal(object, text, problem ?? `${nameOf(key.references)} is not moved`));
        continue;
      }
      statements.push({
        object,
        sql: `ALTER TABLE ${table.sql} ADD CONSTRAINT ${quoted(madeName(table.name, key.name))} FOREIGN KEY (${names(key.columns)}) REFERENCES ${other.sql} (${names(key.referencedColumns)}) ON UPDATE ${key.onUpdate} ON DELETE ${key.onDelete}`,
      });
    }
  }
  return {statements, findings};
};

const problemOf = (
  table: ConvertedTable,
  other: ConvertedTable | undefined,
  from: readonly string[],
  to: readonly string[],
): string | undefined => {
  if (!other) return undefined;
  const isUnique = other.table.indexes.some(
    ({isUnique, parts}) =>
      isUnique &&
      parts.length === to.length &&
      parts.every(({column, prefix}) => column !== null && prefix === null && to.includes(column)),
  );
  if (!isUnique) return `(${to.join(', ')}) is not unique there`;
  const typeOf = ({columns}: ConvertedTable, name: string): string => columns.find(({column}) => column.name === name)?.type ?? 'not moved';
  const unlike = from.find((name, i) => kindOfKey(typeOf(table, name)) !== kindOfKey(typeOf(other, to[i] ?? '')));
  return unlike === undefined ? undefined : `${unlike} is ${typeOf(table, unlike)}, and its other end is of another type`;
};

/** The integers compare with each other, and so do texts of any length. */
const kindOfKey = (type: string): string => {
  if (['smallint', 'integer', 'bigint'].includes(type)) return 'integer';
  return type.startsWith('character varying') ? 'text' : type.replace(/\(.*\)/, '');
};
