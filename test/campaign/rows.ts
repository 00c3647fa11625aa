/** Which rows a pass may corrupt: those at the borders of ranges first of all, where a comparison would lose them. */
import {keyText} from '../../src/model/change.ts';
import type {Chance} from '../../examples/demo/chance.ts';
import {corrupt, type Corruption, type Expected, type Recipes, type Row} from './corruption.ts';
import {shapes, type TableNamed} from './tables.ts';
import {CHUNK_BYTES, type CampaignWorld} from './world.ts';

/** Of all corruptions. */
const AT_BORDERS_PERCENT = 40;
const TRIES_MAX = 1_000;

type Rows = {
  readonly all: readonly Row[];
  /** First and last of all rows and of every range. */
  readonly borders: readonly Row[];
};
export type RowsByTable = Readonly<Record<TableNamed, Rows>>;

/** As the source has them now, in its own order; writers neither insert nor delete nor move these. */
export async function rowsOf(world: CampaignWorld): Promise<RowsByTable> {
  const names = Object.keys(shapes) as TableNamed[];
  const rows: Partial<Record<TableNamed, Rows>> = {};
  for (const name of names) rows[name] = await rowsOfTable(world, name); // one connection
  return rows as RowsByTable;
}

async function rowsOfTable({pair, source}: CampaignWorld, name: TableNamed): Promise<Rows> {
  const {key, stable} = shapes[name];
  const keys = await source.rows(`SELECT ${pair.keys(name).join(', ')} FROM ${name} WHERE ${stable} ORDER BY ${key.join(', ')}`);
  const all = keys.map((values): Row => ({table: name, key: values.map((value) => value ?? '')}));
  const [table] = await source.database.catalog.tables({tables: [name], exclude: []});
  if (!table) throw new Error(`no table ${name}`);
  const ends = new Set((await source.database.source.planRanges(table, CHUNK_BYTES)).flatMap(({to}) => (to ? [keyText(to)] : [])));
  const isLast = (row: Row | undefined): boolean => row !== undefined && ends.has(keyText(row.key));
  const borders = all.filter((row, i) => isLast(row) || isLast(all[i - 1]) || i === 0 || i === all.length - 1);
  return {all, borders};
}

/** Corruptions of rows of their own, every kind as often; `from` says with which one to begin. */
export function chooseCorruptions(
  recipes: Recipes,
  rows: RowsByTable,
  {count, from, chance}: {readonly count: number; readonly from: number; readonly chance: Chance},
): readonly Corruption[] {
  const kinds = Object.keys(recipes);
  const used = new Set<string>();
  const chosen: Corruption[] = [];
  for (let n = 0; n < count; n++) {
    const kind = kinds[(from + n) % kinds.length] ?? '';
    chosen.push(choose(recipes, rows, {kind, n, used, chance}));
  }
  return chosen;
}

const idOf = ({table, key}: Row): string => JSON.stringify([table, ...key]);

type Wanted = {readonly kind: string; readonly n: number; readonly used: Set<string>; readonly chance: Chance};

function choose(recipes: Recipes, rows: RowsByTable, {kind, n, used, chance}: Wanted): Corruption {
  const recipe = recipes[kind];
  if (!recipe) throw new Error(`nobody knows how to make: ${kind}`);
  const {all, borders} = rows[chance.pick(recipe.tables)];
  const free = (from: readonly Row[]): Row | undefined => {
    for (let i = 0; i < TRIES_MAX; i++) {
      const row = chance.pick(from);
      if (!used.has(idOf(row)) && (recipe.fits?.(row) ?? true)) return row;
    }
    return undefined;
  };
  const border = chance.below(100) < AT_BORDERS_PERCENT ? free(borders) : undefined;
  const row = border ?? free(all);
  if (row) used.add(idOf(row));
  const partner = free(all);
  if (!row || !partner) throw new Error(`no row is left for: ${kind}`);
  const corruption = corrupt(kind, recipe, {row, partner, atBorder: border !== undefined, chance, n});
  // A row that is there too much stands beside one that stays as it is, and that no other corruption may have.
  for (const one of corruption.expected) used.add(idOf(one));
  return corruption;
}

/** Rows that writers have to leave alone while they are wrong. */
export const rowsIn = (corruptions: readonly Corruption[]): readonly Expected[] => corruptions.flatMap(({expected}) => expected);
