import fc from 'fast-check';
import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {mysqlColumn, TYPE_CASES} from '../../../test/support/mysql-type-cases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {chosenType, literal} from './types.ts';
import {conversion} from './values.ts';

let client: pg.Client;

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  client = new pg.Client({connectionString: await server.createDatabase(), types: {getTypeParser: () => (text: string) => text}});
  await client.connect();
  await client.query("SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'UTC'; SET extra_float_digits = 3");
});
afterAll(() => client.end());

describe.each(TYPE_CASES)('PostgreSQL 18 takes $type ($declared)', ({type, declared, values}) => {
  test('as what the catalogue calls by the same name, and shows every value as it was mapped', async () => {
    const chosen = chosenType(mysqlColumn(type), declared);
    if ('refused' in chosen) throw new Error(chosen.refused);
    const {choice, shape} = chosen;
    const {forward, reverse} = conversion(choice.conversion, shape);
    const check = choice.check ? `CHECK (${choice.check('c')})` : '';
    await client.query('DROP TABLE IF EXISTS t; DROP TYPE IF EXISTS made');
    if (choice.type === 'enum') await client.query(`CREATE TYPE made AS ENUM (${shape.members.map(literal).join(', ')})`);
    await client.query(`CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY, c ${choice.type === 'enum' ? 'made' : choice.type} ${check})`);
    const shown = await client.query<{type: string}>(
      "SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'",
    );
    expect(shown.rows[0]?.type).toBe(choice.type === 'enum' ? 'made' : choice.type);

    const sent = fc.sample(values, {numRuns: 300, seed: 20_261}).map(forward);
    // A cast would cut a text that is too long; the column itself refuses it.
    const cast = choice.type === 'enum' ? 'made' : choice.type.replace(/^character varying.*/, 'text');
    await client.query(`INSERT INTO t (c) SELECT v::${cast} FROM unnest($1::text[]) AS v`, [sent]);
    const {rows} = await client.query<{c: string}>('SELECT c FROM t ORDER BY id');
    // A float has the server's own spelling (H-36): there and back once more it has ours.
    const isFloat = choice.conversion === 'float' || choice.conversion === 'real';
    const again = (text: string): string | null => forward(reverse(text) ?? '');
    expect(rows.map(({c}) => (isFloat ? again(c) : c))).toEqual(sent);
  });
});
