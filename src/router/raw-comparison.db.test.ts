/** What both servers really send for a value of each type that a schema becomes on the other side. */
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {hadServers, type MysqlDatabase, mysqlDatabase} from '../../test/support/mysql-databases.ts';
import {postgresServer} from '../../test/support/servers.ts';
import {mysql2Side} from './mysql2-side.ts';
import {pgSide} from './pg-side.ts';
import type {RawAnswer} from './raw-answer.ts';
import {rawJudge} from './raw-comparison.ts';
import type {RouterSide, Statement} from './router-side.ts';

/** By the type and a value of the source, those of the target. */
const EQUAL: readonly (readonly [string, string, string, string])[] = [
  ['bigint unsigned', '18446744073709551615', 'numeric(20,0)', '18446744073709551615'],
  ['decimal(12,4)', '-1.5', 'numeric(12,4)', '-1.5'],
  ['year', '2026', 'smallint', '2026'],
  ['tinyint(1)', '1', 'boolean', 'true'],
  ['bit(1)', "b'1'", 'boolean', 'true'],
  ['bit(10)', "b'0000000101'", 'bit(10)', "b'0000000101'"],
  ['double', '1/7e0', 'double precision', '1/7e0'],
  ['char(5)', "'a'", 'varchar(5)', "'a'"],
  ['varchar(9)', "'a '", 'varchar(9)', "'a '"],
  ['text CHARACTER SET latin1', "'Ä'", 'text', "'Ä'"],
  ['char(36)', "'0198c0de-0000-7000-8000-000000000000'", 'uuid', "'0198c0de-0000-7000-8000-000000000000'"],
  ["enum('x','y')", "'y'", 'mood', "'y'"],
  ["set('a','b c')", "'a,b c'", 'text[]', "ARRAY['a', 'b c']"],
  ['binary(2)', "x'00ff'", 'bytea', `'\\x00ff'`],
  ['blob', "x'27'", 'bytea', `'\\x27'`],
  ['date', "'2026-02-28'", 'date', "'2026-02-28'"],
  ['datetime(6)', "'2026-02-28 10:00:00.5'", 'timestamp(6)', "'2026-02-28 10:00:00.5'"],
  ['timestamp(3)', "'2026-02-28 10:00:00.25'", 'timestamptz(3)', "'2026-02-28 10:00:00.25+02'"],
  ['time', "'-100:00:01'", 'interval', "'-100:00:01'"],
  ['json', `'{"b": [1.5, null, "ü"], "a": 9007199254740993}'`, 'jsonb', `'{"a": 9007199254740993, "b": [1.5, null, "ü"]}'`],
];
const UNSETTLED: typeof EQUAL = [
  ['float', '0.1', 'real', '0.1'],
  ['datetime', "'2026-02-28 10:00:00'", 'timestamptz', "'2026-02-28 10:00:00+02'"],
];
const COLUMNS = [...EQUAL, ...UNSETTLED];

/** `before`: on the same connection. */
const answerOf = async <S extends {readonly query: (sql: string) => Promise<unknown>}>(
  side: RouterSide<S>,
  statement: Statement,
  before: readonly string[] = [],
): Promise<RawAnswer> => {
  const pool = side.openPool(1);
  const connection = await pool.take();
  for (const sql of before) await connection.statements.query(sql);
  const answer = await side.readRaw(connection.statements, statement);
  connection.release();
  await pool.end();
  return answer;
};

const one = ({columns, rows}: RawAnswer, i: number): RawAnswer => ({
  columns: columns.slice(i, i + 1),
  rows: rows.map((row) => row.slice(i, i + 1)),
});

describe.each(await hadServers())('beside $title', (had) => {
  let source: MysqlDatabase;
  let postgres: string;

  beforeAll(async () => {
    if (!had.server) return;
    source = await mysqlDatabase(had.server);
    postgres = await (await postgresServer({version: 18})).createDatabase();
    await source.run(
      `SET time_zone = '+02:00'`,
      `CREATE TABLE t (id int PRIMARY KEY, ${COLUMNS.map(([type], i) => `c${i} ${type} NULL`).join(', ')})`,
      `INSERT INTO t VALUES (1, ${COLUMNS.map(([, value]) => value).join(', ')})`,
      `INSERT INTO t (id) VALUES (2)`,
    );
    await answerOf(pgSide(postgres), {sql: 'SELECT 1'}, [
      `CREATE TYPE mood AS ENUM ('x', 'y')`,
      `CREATE TABLE t (id int PRIMARY KEY, ${COLUMNS.map(([, , type], i) => `c${i} ${type}`).join(', ')})`,
      `INSERT INTO t VALUES (1, ${COLUMNS.map(([, , , value]) => value).join(', ')})`,
      'INSERT INTO t (id) VALUES (2)',
    ]);
  });

  afterAll(async () => {
    if (had.server) await source[Symbol.asyncDispose]();
  });

  test.skipIf(!had.server)('each type is the same where it can be told, with its NULL, and never where it cannot', async () => {
    const sql = `SELECT ${COLUMNS.map((_, i) => `c${i}`).join(', ')} FROM t`;
    const here = await answerOf(mysql2Side(source.url), {sql}, [`SET time_zone = '+05:30'`]);
    const there = await answerOf(pgSide(postgres), {sql}, [`SET TimeZone = 'Asia/Tokyo'`]);
    const verdicts = COLUMNS.map(([type, , other], i) => [type, other, rawJudge.verdict(one(here, i), one(there, i)).kind]);
    expect(verdicts).toEqual([
      ...EQUAL.map(([type, , other]) => [type, other, 'equal']),
      ...UNSETTLED.map(([type, , other]) => [type, other, 'unsettled']),
    ]);
  });

  test.skipIf(!had.server)('a session whose clock moves with the seasons tells no moment for certain', async () => {
    const i = COLUMNS.findIndex(([type]) => type === 'timestamp(3)');
    const sql = `SELECT c${i} FROM t WHERE id = $`;
    const there = await answerOf(pgSide(postgres), {sql: sql.replace('$', '$1'), parameters: [1]});
    const here = await answerOf(mysql2Side(source.url), {sql: sql.replace('$', '?'), parameters: [1]});
    const moved = {...here, columns: here.columns.map(({name, kind}) => ({name, kind}))};
    expect([rawJudge.verdict(moved, there).kind, rawJudge.verdict(moved, moved).kind]).toEqual(['unsettled', 'unsettled']);
  });

  test.skipIf(!had.server)('a count, a sum and what is computed of texts are the same on both', async () => {
    const sql = `SELECT count(*), sum(id), max(c8), concat(c7, 'ö'), id = 1, NULL FROM t WHERE id = 1 GROUP BY id, c7`;
    const [here, there] = [await answerOf(mysql2Side(source.url), {sql}), await answerOf(pgSide(postgres), {sql})];
    expect(rawJudge.verdict(here, there)).toEqual({kind: 'equal'});
    expect(rawJudge.verdict(here, {...there, rows: [...there.rows, ...there.rows]})).toEqual({kind: 'differing'});
  });
});
