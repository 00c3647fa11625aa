/** What every column becomes and what it would lose, for `assess`; conditions are SQL of the source. */
import type {MysqlColumn, MysqlIndex} from '../../model/mysql-schema.ts';
import type {FoldedKey, MappedType} from '../mapping.ts';
import {type ConvertedColumn, type ConvertedTable, enumName} from './converted-table.ts';
import {isGenerated} from './defaults.ts';
import type {Fold} from './typed-sql.ts';
import {type TypeChoice, typesOf} from './types.ts';

export const typeMap = ({flavour, table, columns}: ConvertedTable): MappedType[] =>
  table.columns.map((column): MappedType => {
    const found = columns.find((one) => one.column.name === column.name);
    const to = found?.choice.type === 'enum' ? enumName(table, column) : found?.choice.type;
    const others = (typesOf(column, flavour)?.choices ?? []).filter(({type}) => type !== found?.choice.type);
    return {
      table: table.name,
      column: column.name,
      from: column.type,
      to,
      others: others.map(({type}) => type),
      losses: isGenerated(column) ? [] : lossesOf(column, found?.choice),
      otherLosses: isGenerated(column) ? [] : others.flatMap((choice) => lossesOf(column, choice)),
      stops: found?.choice.stops,
    };
  });

const lossesOf = ({name}: MysqlColumn, choice: TypeChoice | undefined): MappedType['otherLosses'] =>
  (choice?.losses ?? []).map(({what, where, becomes}) => ({type: choice?.type ?? '', what, where: where?.(mysqlName(name)), becomes}));

/** Equal by the rules of Unicode, as near to those of the target's ICU as the source has them. */
export const foldedKeys = ({flavour, table, columns}: ConvertedTable): FoldedKey[] =>
  table.indexes
    .filter(
      ({isUnique, parts}) => isUnique && parts.every(({column}) => column !== null) && parts.some(({column}) => foldIn(columns, column)),
    )
    .map(({name, parts}) => ({
      table: table.name,
      index: name,
      groupBy: parts.map((part) => groupOf(part, foldIn(columns, part.column), flavour)),
    }));

const foldIn = (columns: readonly ConvertedColumn[], name: string | null): Fold | undefined =>
  columns.find(({column}) => column.name === name)?.fold;

const groupOf = ({column, prefix}: MysqlIndex['parts'][number], fold: Fold | undefined, flavour: ConvertedTable['flavour']): string => {
  const name = mysqlName(column ?? '');
  const value = prefix === null ? name : `LEFT(${name}, ${prefix})`;
  return fold ? `CONVERT(${value} USING utf8mb4) COLLATE ${COLLATIONS[flavour]}_${fold}` : value;
};

/** Spaces at the end count in both. */
const COLLATIONS: Readonly<Record<ConvertedTable['flavour'], string>> = {mysql: 'utf8mb4_0900', mariadb: 'utf8mb4_uca1400_nopad'};

const mysqlName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
