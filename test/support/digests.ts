/** Digests of two servers of different versions, side by side: what comparisons rest on. */
import {expect} from 'vitest';
import type {Compare, Digest, KeyRange} from '../../src/engine/engine.ts';
import type {Table} from '../../src/model/table.ts';
import {openSide, type TestSide} from './databases.ts';
import {postgresServer} from './servers.ts';

export const WHOLE: KeyRange = {after: undefined, to: undefined};

export type TwoVersions = {
  readonly older: TestSide;
  readonly newer: TestSide;
  both(...statements: readonly string[]): Promise<unknown>;
  close(): Promise<unknown>;
};

export async function openTwoVersions(): Promise<TwoVersions> {
  const older = await openSide('source', await (await postgresServer({version: 17})).createDatabase());
  const newer = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
  return {
    older,
    newer,
    both: (...statements) => Promise.all([older.run(...statements), newer.run(...statements)]),
    close: () => Promise.all([older.close(), newer.close()]),
  };
}

/** Of one range. */
export const digestOf = async (compare: Pick<Compare, 'digests'>, table: Table, range = WHOLE): Promise<Digest> => {
  const {digests} = await compare.digests(table, [range], undefined);
  return digests[0] ?? expect.unreachable('a range has a digest');
};
export const digest = (side: TestSide, table: Table, range = WHOLE): Promise<Digest> => digestOf(side.database.compare, table, range);

/** Of each row, by its key. */
export const hashes = async (side: TestSide, table: Table, where: KeyRange | readonly string[][] = WHOLE) => {
  const {rows} = await side.database.compare.rowDigests(table, where, undefined);
  return Object.fromEntries([...rows].map(([key, {hash}]) => [key, hash]));
};
