/** The rows that a load changes: which columns, by which values, and what they have to hold afterwards. */
import type {Rehearsing, Ties} from '../engine/engine.ts';
import type {Key, Row, Value} from '../model/change.ts';
import {nameOf, type Table, type TableName, writtenColumns} from '../model/table.ts';
import type {Wish} from './load.ts';
import type {LoadWay} from './load-side.ts';

const ROWS_PER_TABLE = 40;
/** Every so many writes of a row it is taken away and put back, where nobody refers to it. */
const REPLACED_EVERY = 5;

export async function loadRows(some: Rehearsing['some'], tables: readonly Table[], ties: Ties): Promise<readonly LoadRow[]> {
  const found: LoadRow[] = [];
  for (const table of tables) {
    const rows = await some(table, ROWS_PER_TABLE, 'load');
    const isReferredTo = ties.references.some(({to}) => nameOf(to) === nameOf(table.name));
    const columns = freeColumns(table, ties);
    if (columns.length > 0 || !isReferredTo)
      found.push(...rows.map((row, i) => new LoadRow(table, row, rows[(i + 1) % rows.length] ?? row, columns, !isReferredTo)));
  }
  return found;
}

/** Another row's value can stand in them and stays: no keys, nothing that may come once only, nothing that refers or is rewritten. */
function freeColumns(table: Table, {references, unique, rewritten = []}: Ties): readonly string[] {
  const isHere = (name: TableName): boolean => nameOf(name) === nameOf(table.name);
  const tied = new Set([
    ...table.key,
    ...[...unique, ...rewritten].filter((one) => isHere(one.table)).flatMap(({columns}) => columns),
    ...references.filter((one) => isHere(one.table)).flatMap(({columns}) => columns),
    ...references.filter((one) => isHere(one.to)).flatMap(({toColumns}) => toColumns),
  ]);
  return writtenColumns(table)
    .filter(({name, identity}) => !tied.has(name) && identity !== 'always')
    .map(({name}) => name);
}

/** Written by one client only, so what it has to hold is known. */
export class LoadRow {
  readonly table: Table;
  readonly key: Key;
  readonly #first: Row;
  readonly #other: Row;
  readonly #columns: Set<string>;
  #mayReplace: boolean;
  #isReplaced = false;
  readonly #refusals = new Map<string, number>();
  /** The value that was acknowledged last, and those of which nobody knows. */
  readonly #held = new Map<string, {last: Value | undefined; doubtful: Set<Value>}>();
  readonly #confirmed = new Set<string>();

  constructor(table: Table, first: Row, other: Row, columns: readonly string[], mayReplace: boolean) {
    this.table = table;
    this.key = table.key.map((name) => first[name] ?? null);
    this.#first = first;
    this.#other = other;
    this.#columns = new Set(columns);
    this.#mayReplace = mayReplace;
  }

  /** Without values: those of keys may be a person's. */
  get label(): string {
    return `${nameOf(this.table.name)}: ${[...this.#held.keys()].join(', ')}`;
  }

  get isTouched(): boolean {
    return this.#held.size > 0 || this.#isReplaced;
  }

  /** The row as it was noted. After a doubt it is not known whole. */
  get whole(): Row {
    const now = [...this.#held].map(([name, {last}]) => [name, last ?? null] as const);
    return {...this.#first, ...Object.fromEntries(now)};
  }

  wish(turn: number): Wish | undefined {
    const columns = [...this.#columns];
    const isSure = [...this.#held.values()].every(({doubtful, last}) => doubtful.size === 0 && last !== undefined);
    if (this.#mayReplace && isSure && (columns.length === 0 || turn % REPLACED_EVERY === 0)) return {kind: 'replace'};
    const column = columns[turn % columns.length];
    if (column === undefined) return undefined;
    const [own, another] = [this.#first[column] ?? null, this.#other[column] ?? null];
    return {kind: 'update', column, value: this.#held.get(column)?.last === another ? own : another};
  }

  note(column: string, value: Value, isSure: boolean): void {
    const held = this.#held.get(column) ?? {last: this.#first[column] ?? null, doubtful: new Set<Value>()};
    if (isSure) held.doubtful.clear();
    if (isSure) held.last = value;
    else held.doubtful.add(value);
    this.#held.set(column, held);
  }

  isNew(column: string): boolean {
    return !this.#confirmed.has(column);
  }

  /** `found`: the row after its write; undefined when nobody could look. */
  confirm(column: string, found: Row | undefined, asHeld: LoadWay['asHeld']): void {
    this.#confirmed.add(column);
    if (found && (found[column] ?? null) === asHeld(this.table, column, this.#held.get(column)?.last ?? null)) return;
    this.#columns.delete(column);
    this.#held.delete(column);
    this.giveUpReplacing();
  }

  refuse(column: string, most: number): void {
    const refusals = (this.#refusals.get(column) ?? 0) + 1;
    this.#refusals.set(column, refusals);
    if (refusals >= most) this.#columns.delete(column);
  }

  /** Or it may have been. */
  wasReplaced(): void {
    this.#isReplaced = true;
  }

  giveUpReplacing(): void {
    this.#mayReplace = false;
  }

  isAsNoted(found: Row | undefined, asHeld: LoadWay['asHeld']): boolean {
    if (!found) return false;
    return [...this.#held].every(([name, {last, doubtful}]) =>
      [last ?? null, ...doubtful].some((value) => (found[name] ?? null) === asHeld(this.table, name, value)),
    );
  }
}
