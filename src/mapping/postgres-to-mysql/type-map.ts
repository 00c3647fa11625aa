/** What every column becomes and what it would lose, for `assess`; conditions are SQL of the source. */
import type {MappedType} from '../mapping.ts';
import {quoted} from '../mysql-to-postgres/names.ts';
import type {ConvertedTable} from './converted-table.ts';
import {choicesOf, shownType} from './types.ts';

export const typeMap = ({flavour, table, columns}: ConvertedTable): MappedType[] =>
  table.columns.map((column): MappedType => {
    const choice = columns.find((one) => one.column.name === column.name)?.choice;
    return {
      table: table.name,
      column: column.name,
      from: column.type,
      to: choice && shownType(choice.type, flavour),
      others: choicesOf(column, flavour)
        .map(({type}) => type)
        .filter((type) => type !== choice?.type),
      losses:
        column.generation === null
          ? (choice?.losses ?? []).map(({what, where, becomes}) => ({what, where: where?.(quoted(column.name)), becomes}))
          : [],
      stops: choice?.stops,
    };
  });
