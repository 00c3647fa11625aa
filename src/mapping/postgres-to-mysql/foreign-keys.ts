/** Foreign keys, once all tables are there. InnoDB wants the very same type at both ends. */
import type {PostgresForeignKey} from '../../model/postgres-schema.ts';
import {nameOf} from '../../model/table.ts';
import type {ConvertedTable} from './converted-table.ts';
import {backticked, constraintName, qualified} from './names.ts';
import type {ConversionFinding, ConvertedStatement} from '../mapping.ts';
import {refusal, warning} from '../conversion-finding.ts';

/** Of the tables of one schema; `all`: those that they may refer to. */
export const foreignKeyScript = (
  tables: readonly ConvertedTable[],
  all: readonly ConvertedTable[],
): {readonly statements: readonly ConvertedStatement[]; readonly findings: readonly ConversionFinding[]} => {
  const statements: ConvertedStatement[] = [];
  const findings: ConversionFinding[] = [];
  for (const table of tables) {
    for (const key of table.table.foreignKeys) {
      const object = `foreign key ${nameOf(table.table.name)}.${key.name}`;
      const other = all.find(({table: {name}}) => nameOf(name) === nameOf(key.references));
      const problem = problemOf(table, other, key);
      if (problem !== undefined || !other) {
        findings.push(refusal(object, key.text, problem ?? `${nameOf(key.references)} is not moved`));
        continue;
      }
      statements.push({object, sql: written(table, other, key)});
      if (key.isDeferrable)
        findings.push(
          warning(object, key.text, 'it is checked at each row, and at the end here', 'let the application write in an order that fits'),
        );
    }
  }
  return {statements, findings};
};

const written = (table: ConvertedTable, other: ConvertedTable, key: PostgresForeignKey): string => {
  const names = (columns: readonly string[]): string => columns.map(backticked).join(', ');
  const name = backticked(constraintName(table.table.name.name, key.name));
  const {schema, name: there} = other.table.name;
  const place = schema === table.table.name.schema ? other.sql : qualified(schema, there);
  return `ALTER TABLE ${table.sql} ADD CONSTRAINT ${name} FOREIGN KEY (${names(key.columns)}) REFERENCES ${place} (${names(key.referencedColumns)}) ON UPDATE ${key.onUpdate} ON DELETE ${key.onDelete}`;
};

const problemOf = (table: ConvertedTable, other: ConvertedTable | undefined, key: PostgresForeignKey): string | undefined => {
  const rules = [key.onUpdate, key.onDelete];
  if (rules.includes('SET DEFAULT')) return 'InnoDB has no SET DEFAULT';
  if (table.flavour === 'mariadb' && rules.some((rule) => rule === 'CASCADE' || rule === 'SET NULL'))
    return 'MariaDB would do what it does without a word in the log, so that nothing of it would come back (H-19)';
  if (key.isFull && key.columns.length > 1) return 'MATCH FULL of several columns has no equal there';
  if (!other) return undefined;
  const typeOf = ({columns}: ConvertedTable, name: string | undefined): string =>
    columns.find(({column}) => column.name === name)?.choice.type ?? 'not moved';
  const unlike = key.columns.find((name, i) => kindOfKey(typeOf(table, name)) !== kindOfKey(typeOf(other, key.referencedColumns[i])));
  return unlike && `${unlike} is ${typeOf(table, unlike)}, and its other end is of another type: declare the same for both`;
};

/** Texts of any length compare with each other. */
const kindOfKey = (type: string): string => type.replace(/^(?:var)?char\(\d+\)$/, 'text').replace(/^(?:var)?binary\(\d+\)$/, 'bytes');
