/** A schema is written from the catalogue of 17, made on 18, and read there again: both readings must be the same. */
import {readFileSync} from 'node:fs';
import {beforeAll, describe, expect, test} from 'vitest';
import {postgresServer, type PostgresServer} from '../../../test/support/servers.ts';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {ensureRole} from '../../../test/support/shop-story.ts';
import type {Schema, SchemaStatement} from '../schema.ts';

let servers: {source: PostgresServer; target: PostgresServer};
beforeAll(async () => {
  servers = {source: await postgresServer({version: 17}), target: await postgresServer({version: 18})};
});

const never = new AbortController().signal;
const textOf = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const DEMO = [textOf('examples/demo/schema-pre.sql'), textOf('examples/demo/schema-post.sql')];
const TORTURE = [textOf('test/support/torture-schema.sql')];

const COLLATIONS = [
  `CREATE SCHEMA film; CREATE COLLATION film.ruled (provider = icu, locale = 'und', rules = '&V << w <<< W');
   CREATE COLLATION film.plain (provider = builtin, locale = 'C.UTF-8');
   CREATE TABLE film.people (name text COLLATE film.ruled PRIMARY KEY, code text COLLATE film.plain CHECK (code < 'x'))`,
];

async function openSides(): Promise<{source: TestSide; target: TestSide; close(): Promise<void>}> {
  const source = await openSide('source', await servers.source.createDatabase());
  const target = await openSide('target', await servers.target.createDatabase());
  await Promise.all([ensureRole(source.url), ensureRole(target.url)]);
  return {source, target, close: async () => void (await Promise.all([source.close(), target.close()]))};
}

const schemaOf = ({database}: TestSide): Schema => {
  if (!database.schema) throw new Error('PostgreSQL writes DDL');
  return database.schema;
};

const read = async (side: TestSide, tables: readonly string[], exclude: readonly string[] = []) =>
  schemaOf(side).read(await side.database.catalog.tables({tables, exclude}));

const meanings = async (side: TestSide, statements: readonly SchemaStatement[]): Promise<string[]> =>
  (await Promise.all(statements.map(async ({object, sql}) => `${object}: ${await schemaOf(side).meaning(sql)}`))).sort();

describe('a schema written from the catalogue', () => {
  test.each([
    ['the shop of the demo', DEMO, ['shop.*']],
    ['collations that only newer servers have', COLLATIONS, ['film.*']],
    ['one of everything', TORTURE, ['film.*', 'Odd Names.*']],
  ])('%s: comes out of PostgreSQL 18 as it went in', async (_, texts, tables) => {
    const {source, target, close} = await openSides();
    try {
      await source.run(...texts);
      const {preData, postData, findings} = await read(source, tables);
      expect(findings).toEqual([]);
      expect(await schemaOf(target).tryOut({preData, postData}, never)).toEqual([]);
      for (const {sql} of [...preData, ...postData]) await target.run(sql);
      const again = await read(target, tables);
      expect(await meanings(target, [...again.preData, ...again.postData])).toEqual(await meanings(target, [...preData, ...postData]));
    } finally {
      await close();
    }
  });
});
