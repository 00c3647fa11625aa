/** What every column becomes and what it would lose, for `assess`; conditions are SQL of the source. */
import type {PostgresColumn} from '../../model/postgres-schema.ts';
import type {MappedType} from '../mapping.ts';
import {quoted} from '../mysql-to-postgres/names.ts';
import type {ConvertedTable} from './converted-table.ts';
import {choicesOf, shownType, type TypeChoice} from './types.ts';

export const typeMap = ({flavour, table, columns}: ConvertedTable): MappedType[] =>
  table.columns.map((column): MappedType => {
    const choice = columns.find((one) => one.column.name === column.name)?.choice;
    const others = choicesOf(column, flavour).filter(({type}) => type !== choice?.type);
    return {
      table: table.name,
      column: column.name,
      from: column.type,
      to: choice && shownType(choice.type, flavour),
      others: others.map(({type}) => type),
      losses: choice ? lossesOf(column, choice) : [],
      otherLosses: others.flatMap((other) => lossesOf(column, other)),
      stops: choice?.stops,
    };
  });

const lossesOf = ({name, generation}: PostgresColumn, {type, losses}: TypeChoice): MappedType['otherLosses'] =>
  generation === null ? losses.map(({what, where, becomes}) => ({type, what, where: where?.(quoted(name)), becomes})) : [];
