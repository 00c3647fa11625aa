/** What is done to every column of a clone: the plan's word first, else what its name and type say; keys stay joinable. */
import type {Reference, Ties} from '../engine/engine.ts';
import type {ColumnDisguise, ColumnRule} from '../model/column-disguise.ts';
import {type Column, nameOf, type Table, type TableName, writtenColumns} from '../model/table.ts';
import {defaultDisguise} from './default-disguise.ts';
import type {ChosenDisguise, TableDisguise} from './rehearsal.ts';
import {typedOf} from './value-kind.ts';

/** One sentence each: what the plan says and what cannot be, or what only the plan can say. */
export type Choice = {readonly tables: readonly TableDisguise[]; readonly faults: readonly string[]};

type Place = {readonly table: Table; readonly column: Column};

export function chooseDisguises(tables: readonly Table[], {references, unique}: Ties, rules: readonly ColumnRule[]): Choice {
  const places = tables.flatMap((table) => writtenColumns(table).map((column): Place => ({table, column})));
  const byName = new Map(places.map((place) => [nameIn(place.table.name, place.column.name), place]));
  const ruled = new Map(rules.map(({table, column, disguise}) => [`${table}.${column}`, disguise]));
  const roots = rootsOf(references);
  const distinct = new Set([
    ...tables.flatMap(({name, key}) => key.map((column) => nameIn(name, column))),
    ...unique.flatMap(({table, columns}) => columns.map((column) => nameIn(table, column))),
    ...references.flatMap(({to, toColumns}) => toColumns.map((column) => nameIn(to, column))),
  ]);
  const faults: string[] = [...ruled.keys()].filter((name) => !byName.has(name)).map((name) => `${name} is no column in scope`);
  const chosen = places.map((place): ChosenDisguise => {
    const own = nameIn(place.table.name, place.column.name);
    const root = byName.get(roots.get(own) ?? own) ?? place;
    const group = places.filter(
      ({table, column}) => (roots.get(nameIn(table.name, column.name)) ?? '') === nameIn(root.table.name, root.column.name),
    );
    const said = choose(place, root, ruled);
    const wanted = choose(root, root, ruled).disguise;
    if (said.disguise && said.disguise.kind !== 'null' && JSON.stringify(said.disguise) !== JSON.stringify(wanted))
      faults.push(`${own} has to become what ${nameIn(root.table.name, root.column.name)} becomes, to which it refers`);
    const lengths = [root, place, ...group].flatMap(({column}) => typedOf(column).lengthMax ?? []);
    faults.push(...faultsOf(own, place, said.disguise, distinct.has(own), root !== place));
    return {
      table: place.table.name,
      column: place.column.name,
      type: root.column.base && root.column.base !== 'enum' ? root.column.base : root.column.type,
      lengthMax: lengths.length > 0 ? Math.min(...lengths) : undefined,
      disguise: said.disguise ?? {kind: 'null'},
      by: said.by,
    };
  });
  return {
    tables: tables.map((table) => ({
      table,
      columns: new Map(chosen.filter((one) => one.table === table.name).map((one) => [one.column, one])),
    })),
    faults,
  };
}

const nameIn = (table: TableName, column: string): string => `${nameOf(table)}.${column}`;

/** Of a column that is nulled nothing has to be joined; whatever else is said of it has to be said of what it refers to. */
function choose(
  {table, column}: Place,
  root: Place,
  ruled: ReadonlyMap<string, ColumnDisguise>,
): {readonly disguise: ColumnDisguise | undefined; readonly by: ChosenDisguise['by']} {
  const own = ruled.get(nameIn(table.name, column.name));
  const isRoot = root.column === column;
  if (own && (isRoot || own.kind === 'null')) return {disguise: own, by: 'plan'};
  if (own) return {disguise: own, by: 'plan'};
  const ofRoot = ruled.get(nameIn(root.table.name, root.column.name)) ?? defaultDisguise(root.column);
  return {disguise: ofRoot, by: isRoot ? 'name and type' : 'reference'};
}

/** Of these, different values stay different. */
const ONE_TO_ONE: ReadonlySet<ColumnDisguise['kind']> = new Set(['keep', 'fake', 'hash']);

function faultsOf(
  name: string,
  {column}: Place,
  disguise: ColumnDisguise | undefined,
  isDistinct: boolean,
  refers: boolean,
): readonly string[] {
  if (!disguise)
    return [
      `${name} is of a type of which nothing is known (${column.type}) and cannot be null: say under rehearsal: columns what becomes of it`,
    ];
  if (disguise.kind === 'null' && column.notNull) return [`${name} cannot be null`];
  if (disguise.kind === 'null' && refers) return [];
  if ((isDistinct || refers) && !ONE_TO_ONE.has(disguise.kind))
    return disguise.kind === 'null' && !column.notNull ? [] : [`${name} is a key, is unique, or refers to one: keep, hash or fake it`];
  return [];
}

/** Where a chain of references ends, by name. */
function rootsOf(references: readonly Reference[]): ReadonlyMap<string, string> {
  const next = new Map(
    references.flatMap(({table, columns, to, toColumns}) =>
      columns.map((column, i) => [nameIn(table, column), nameIn(to, toColumns[i] ?? '')] as const),
    ),
  );
  const end = (name: string): string => {
    const seen = new Set<string>();
    let at = name;
    for (let to = next.get(at); to !== undefined && !seen.has(at); to = next.get(at)) {
      seen.add(at);
      at = to;
    }
    return at;
  };
  return new Map([...next.keys()].map((name) => [name, end(name)]));
}
