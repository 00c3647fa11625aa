/** What a pass has found so far in one table: counts everything, keeps the first of each. */
import {type Key, keyText} from '../model/change.ts';
import type {Table} from '../model/table.ts';
import type {Pass} from './read-both.ts';
import {differingColumns, type Found} from './row-differences.ts';
import type {Settled} from './settle.ts';
import type {Difference, Effort, TableVerdict, VerifyReport} from './verifier.ts';

/** Differences and uncompared keys that are kept per table. */
export const REPORTED_MAX = 1_000;
/** Rows of a table that are read again to name the columns. */
export const NAMED_MAX = 100;

export type CountedVerdict = {readonly verdict: TableVerdict; readonly uncompared: number};

export interface Tally {
  add(settled: Settled): void;
  /** Reads the columns of some of the rows, so it comes last. */
  verdict(pass: Pass, totals: {readonly rows: bigint; readonly checksum: string}): Promise<CountedVerdict>;
}

export const createTally = (table: Table): Tally => {
  const found: Found[] = [];
  const uncompared: Key[] = [];
  const counts = {found: 0, uncompared: 0};
  return {
    add(settled) {
      counts.found += settled.found.length;
      counts.uncompared += settled.uncompared.length;
      found.push(...settled.found.slice(0, REPORTED_MAX - found.length));
      uncompared.push(...settled.uncompared.slice(0, REPORTED_MAX - uncompared.length));
    },
    async verdict(pass, {rows, checksum}) {
      const differences = await withColumns(pass, table, found);
      return {
        verdict: {table: table.name, rows: String(rows), checksum, differences, differing: counts.found, uncompared},
        uncompared: counts.uncompared,
      };
    },
  };
};

/** Nothing compared is not equal, and neither is what could not be compared (invariant 10). */
export const reportOf = (tables: readonly CountedVerdict[], effort: Effort): VerifyReport => {
  const differing = tables.reduce((sum, {verdict}) => sum + verdict.differing, 0);
  const uncompared = tables.reduce((sum, one) => sum + one.uncompared, 0);
  return {
    tables: tables.map(({verdict}) => verdict),
    equal: tables.length > 0 && differing === 0 && uncompared === 0,
    differing,
    uncompared,
    effort: {...effort},
  };
};

const withColumns = async ({request}: Pass, table: Table, found: readonly Found[]): Promise<Difference[]> => {
  const keys = found
    .filter(({kind}) => kind === 'different')
    .slice(0, NAMED_MAX)
    .map(({key}) => key);
  const columns = keys.length
    ? differingColumns(table.key, await request.from.compare.rows(table, keys), await request.to.compare.rows(table, keys))
    : undefined;
  return found.map(({key, kind}) => ({table: table.name, key, kind, columns: columns?.get(keyText(key)) ?? []}));
};
