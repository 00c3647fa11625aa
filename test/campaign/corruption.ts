/**
 * One cell, or one row, made wrong behind the stream's back, in each of the ways in which that has happened to somebody
 * (hazards §5.4). A corruption knows what a comparison has to say of it: table, kind, key and columns.
 */
import type {Chance} from '../../examples/demo/chance.ts';
import type {TableNamed} from './tables.ts';

export type Row = {readonly table: TableNamed; readonly key: readonly string[]};
export type Expected = Row & {readonly kind: 'missing' | 'extra' | 'different'; readonly columns: readonly string[]};
export type Corruption = {
  /** A name of `Recipes`. */
  readonly kind: string;
  /** Where it is done. On the source as a write that no log tells. */
  readonly on: 'target' | 'source';
  readonly statements: readonly string[];
  readonly expected: readonly Expected[];
  /** Whether its first row stands at a border of a range. */
  readonly atBorder: boolean;
};

/** `partner`: where a corruption needs two rows of one table. `n`: which one of its pass it is. */
export type Choice = {readonly row: Row; readonly partner: Row; readonly atBorder: boolean; readonly chance: Chance; readonly n: number};
export type Recipe = {
  /** Where absent, it is done on the target. */
  readonly on?: 'source';
  readonly tables: readonly TableNamed[];
  /** Rows whose cell has what is made wrong; all where absent. */
  readonly fits?: (row: Row) => boolean;
  /** In SQL of the side where it is done. */
  readonly make: (choice: Choice) => Omit<Corruption, 'kind' | 'on' | 'atBorder'>;
};
/** By kind; each is tried as often as the others. */
export type Recipes = Readonly<Record<string, Recipe>>;

export const corrupt = (kind: string, recipe: Recipe, choice: Choice): Corruption => ({
  kind,
  on: recipe.on ?? 'target',
  atBorder: choice.atBorder,
  ...recipe.make(choice),
});
