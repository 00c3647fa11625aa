/** Which table the rows of an event belong to, and how to read them: known for each number that the log gives a table. */
import type {Row} from '../../model/change.ts';
import {TerminalError} from '../../model/errors.ts';
import {nameOf, type Table, type TableName, writtenColumns} from '../../model/table.ts';
import type {RowReader} from './mysql-binlog-rows.ts';
import {readTableMap, type LoggedTable} from './mysql-binlog-table.ts';
import {valueReader} from './mysql-binlog-values.ts';
import {Bytes} from './mysql-bytes.ts';
import type {Decoders} from './mysql-charsets.ts';
import {CONTROL_SCHEMA_NAME} from './mysql-names.ts';

/** `table` is absent for our own tables. `difference`: how it is another than the stream was begun with. */
export type KnownTable = {
  readonly name: TableName;
  readonly table: Table | undefined;
  readonly columns: RowReader;
  readonly difference: string | undefined;
  /** Without generated columns, which the log has too, and those that the mapping does not know. */
  readonly written: (row: Row) => Row;
};

export class BinlogTables {
  readonly #mapped: ReadonlyMap<string, Table>;
  readonly #decoders: Decoders;
  readonly #known = new Map<number, {readonly body: Buffer; readonly table: KnownTable | undefined}>();

  readonly #spatialIsText: boolean;

  /** `spatialIsText`: as `readTableMap`. */
  constructor(tables: readonly Table[], decoders: Decoders, spatialIsText: boolean) {
    this.#spatialIsText = spatialIsText;
    this.#mapped = new Map(tables.flatMap((table) => [table.name, ...table.partitions].map((name) => [nameOf(name), table] as const)));
    this.#decoders = decoders;
  }

  /** A table that is neither mapped nor ours is undefined, and its rows are passed over. */
  announce(body: Bytes): void {
    const id = body.uint(6);
    const rest = body.rest();
    if (this.#known.get(id)?.body.equals(rest)) return;
    this.#known.set(id, {body: Buffer.from(rest), table: this.#read(rest)});
  }

  #read(rest: Buffer): KnownTable | undefined {
    const bytes = new Bytes(rest);
    bytes.skip(2);
    const logged = readTableMap(bytes, this.#spatialIsText);
    const table = this.#mapped.get(nameOf(logged));
    if (!table && logged.schema !== CONTROL_SCHEMA_NAME) return undefined;
    if (!logged.columns) throw withoutNames(logged);
    const mapped = new Map(table?.columns.map((column) => [column.name, column]));
    const columns = logged.columns.map((column) => ({
      name: column.name,
      read: valueReader(column, this.#decoders, mapped.get(column.name)?.type),
      mayLack: mapped.get(column.name)?.generated ?? false,
    }));
    return {
      name: {schema: logged.schema, name: logged.name},
      table,
      columns,
      difference: table && difference(table, columns),
      written: writtenOf(table, columns),
    };
  }

  of(id: number): KnownTable | undefined {
    return this.#known.get(id)?.table;
  }

  mapped(name: TableName): Table | undefined {
    return this.#mapped.get(nameOf(name));
  }
}

const writtenOf = (table: Table | undefined, columns: RowReader): ((row: Row) => Row) => {
  const names = (table ? writtenColumns(table) : columns).map(({name}) => name);
  const isAll = names.length === columns.length && columns.every(({name}) => names.includes(name));
  return isAll ? (row) => row : (row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]));
};

/** A table that stands for one with more columns has the others in the log too. */
const difference = (table: Table, columns: RowReader): string | undefined => {
  const seen = new Set(columns.map(({name}) => name));
  const isSame = table.columns.every(({name}) => seen.has(name)) && (table.isPartial || seen.size === table.columns.length);
  return isSame ? undefined : `columns were (${list(table.columns)}) and are now (${list(columns)})`;
};

const list = (columns: readonly {readonly name: string}[]): string =>
  columns
    .map(({name}) => name)
    .sort()
    .join(', ');

const withoutNames = ({schema, name}: LoggedTable): TerminalError =>
  new TerminalError(`the binary log has rows of ${schema}.${name} without the names of their columns`, {
    code: 'CF-SRC-001',
    next: 'SET GLOBAL binlog_row_metadata = FULL, let sessions that are connected connect again, then abort and start again',
  });
