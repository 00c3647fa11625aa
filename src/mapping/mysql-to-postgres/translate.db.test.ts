import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import mariadb from '../../../test/support/mysql-answers-mariadb.json' with {type: 'json'};
import mysql from '../../../test/support/mysql-answers-mysql.json' with {type: 'json'};
import {SAMPLE_COLUMNS, SAMPLE_ROWS} from '../../../test/support/mysql-expressions.ts';
import {mysqlColumn} from '../../../test/support/mysql-type-cases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {columnSql} from './column-sql.ts';
import {jsonbText} from '../json-text.ts';
import {translated} from './translate.ts';
import type {Scope, TypedSql} from './typed-sql.ts';
import {chosenType} from './types.ts';
import {conversion} from './values.ts';

let client: pg.Client;

const COLUMNS = SAMPLE_COLUMNS.map(([name, type]) => {
  const column = mysqlColumn(type, {name, collation: name === 'x' ? 'utf8mb4_bin' : 'utf8mb4_general_ci'});
  const chosen = chosenType(column, undefined);
  if ('refused' in chosen) throw new Error(chosen.refused);
  return {column, ...chosen, ...conversion(chosen.choice.conversion, chosen.shape)};
});

const scopeOf = (flavour: Scope['flavour']): Scope => ({
  flavour,
  isStored: false,
  column: (path) => {
    const found = COLUMNS.find(({column}) => column.name === path.at(-1));
    return found && columnSql(found.column, `"${found.column.name}"`, found.choice.type);
  },
  collation: (fold) => fold,
});

beforeAll(async () => {
  const server = await postgresServer({version: 18});
  client = new pg.Client({connectionString: await server.createDatabase(), types: {getTypeParser: () => (text: string) => text}});
  await client.connect();
  await client.query("SET DateStyle = 'ISO'; SET IntervalStyle = 'iso_8601'; SET TimeZone = 'UTC'; SET extra_float_digits = 3");
  await client.query("CREATE COLLATION ai_ci (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
  await client.query("CREATE COLLATION as_ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
  await client.query(`CREATE TABLE sample (${COLUMNS.map(({column, choice}) => `"${column.name}" ${choice.type}`).join(', ')})`);
  const places = COLUMNS.map((_, i) => `$${i + 1}`).join(', ');
  for (const row of SAMPLE_ROWS)
    await client.query(
      `INSERT INTO sample VALUES (${places})`,
      row.map((value, i) => (value === null ? null : COLUMNS[i]?.forward(value))),
    );
});
afterAll(() => client.end());

/** What the source would show, in one spelling: a quotient has more digits here than are shown there. */
const shown = (value: string | null, theirs: string | null, {kind}: TypedSql): string | null => {
  if (value === null || theirs === null) return value;
  if (kind === 'boolean') return value === 't' ? '1' : '0';
  if (kind === 'json') return jsonbText(value) ?? null;
  if (kind === 'float') return String(Number(value));
  if (kind === 'integer' && /\.0*$/.test(value)) return value.replace(/\.0*$/, '');
  if (kind === 'decimal') return rounded(value, (theirs.split('.')[1] ?? '').length);
  return value;
};

const rounded = (value: string, digits: number): string => {
  const [whole = '', rest = ''] = value.split('.');
  const scaled = BigInt(whole + rest.padEnd(30, '0').slice(0, 30));
  const unit = 10n ** BigInt(30 - digits);
  const sign = value.startsWith('-') ? -1n : 1n;
  const all = ((scaled * sign + unit / 2n) / unit).toString().padStart(digits + 1, '0');
  const text = digits ? `${all.slice(0, -digits)}.${all.slice(-digits)}` : all;
  return sign < 0n && /[1-9]/.test(text) ? `-${text}` : text;
};

describe.each([mariadb, mysql])('$version and PostgreSQL 18 agree', ({version, answers}) => {
  const scope = scopeOf(version.includes('MariaDB') ? 'mariadb' : 'mysql');
  test.each(answers)('on $expression', async ({printed, values}) => {
    const found = translated(printed, scope);
    if ('refused' in found) throw new Error(`refused: ${found.refused}`);
    const {sql} = found.translated;
    const {rows} = await client.query<{z: string | null}>(`SELECT ${sql} AS z FROM sample ORDER BY id`);
    expect(
      rows.map(({z}, i) => shown(z, values[i] ?? null, found.translated)),
      sql,
    ).toEqual(values.map((value) => shown(value, value, found.translated.kind === 'boolean' ? {sql: '', kind: 'text'} : found.translated)));
  });
});
