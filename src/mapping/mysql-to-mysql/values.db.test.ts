import {describe, expect, test} from 'vitest';
import {digestOf} from '../../../test/support/digests.ts';
import {type HadServer, hadServers} from '../../../test/support/mysql-databases.ts';
import {receivingStory} from '../../../test/support/mysql-receiver.ts';
import {columnsFor, type ValueColumn} from '../../../test/support/mysql-values.ts';
import {mysqlCompare} from '../../engine/mysql/mysql-compare.ts';
import type {Row} from '../../model/change.ts';
import type {Position} from '../../model/position.ts';
import {nameOf} from '../../model/table.ts';
import {comparedThrough} from '../../pipeline/mapped-compare.ts';
import {migrationMapping} from '../migration-mapping.ts';
import {mysqlOrMariadb} from './pair.ts';

/** INET6 is refused, 10.11 has no VECTOR, and MySQL has no COMPRESSED columns. */
const LEFT_OUT = /^(?:inet6|vector|.*COMPRESSED)/;
const THERE: Readonly<Record<string, string>> = {uuid: 'char(36)', inet4: 'varchar(15)'};
const CONVERTED = /^(?:json|float|double|uuid|inet4)/;

const [mysql, mariadb, newMariadb] = await hadServers();

describe.each([
  ['MySQL to MariaDB', mysql, newMariadb],
  ['MariaDB to MySQL', mariadb, mysql],
])('%s', (_, from: HadServer | undefined, to: HadServer | undefined) => {
  test.skipIf(!from?.server || !to?.server).each([
    ['the servers compare by themselves', (column: ValueColumn) => !CONVERTED.test(column.type), true],
    ['are converted', (column: ValueColumn) => CONVERTED.test(column.type), false],
  ])('values of every type that %s arrive, are equal there, and a change of any is seen (H-36, H-46)', async (_name, isWanted, isPlain) => {
    if (!from || !to) throw new Error('there are three servers');
    const columns = columnsFor(from.request.flavour).filter((column) => !LEFT_OUT.test(column.type) && isWanted(column));
    const ddl = (names: Readonly<Record<string, string>>) => columns.map(({type}, i) => `c${i} ${names[type] ?? type}`).join(', ');
    await using source = await receivingStory(from, `CREATE TABLE v (id int PRIMARY KEY, ${ddl({})})`, `SET SESSION sql_mode = ''`);
    await using target = await receivingStory(to, `CREATE TABLE v (id int PRIMARY KEY, ${ddl(THERE)})`, `SET SESSION sql_mode = ''`);
    const most = Math.max(...columns.map(({values}) => values.length));
    // A member that an ENUM does not have is refused by a strict session (H-45).
    const valueOf = (type: string, value = 'NULL') => (type.startsWith('enum') && value.includes('none of') ? 'NULL' : value);
    for (let i = 0; i < most; i++)
      await source.database.run(`INSERT INTO v VALUES (${[i, ...columns.map(({type, values}) => valueOf(type, values[i]))].join(', ')})`);
    const [v, w] = [await source.table('v'), await target.table('v')];
    const rule = {from: v.name, to: w.name, where: undefined, columns: []};
    const mapping = migrationMapping({tables: [rule], allowLoss: false}, () => (value) => value, mysqlOrMariadb({accept: []}));
    expect(mapping.findings([v], [w]).filter(({severity}) => severity === 'refuse')).toEqual([]);
    const [forward] = mapping.tables([v], [w], 'forward');
    if (!forward) throw new Error(`there is no mapping of ${nameOf(v.name)}`);
    expect(forward.isPlain).toBe(isPlain);

    const whole = {after: undefined, to: undefined};
    const [chunk] = await target.target.planChunks([{table: w.name, range: whole}], 1);
    if (!chunk) throw new Error('there is no chunk');
    const {rows, done} = await source.source.copyRows(forward.reads, whole);
    const mapped = async function* (): AsyncGenerator<readonly Row[]> {
      for await (const batch of rows) yield batch.map((row) => forward.row(row));
    };
    const end = async (): Promise<Position> => (await done(), 'e' as Position);
    const input = target.target.bulkOf(forward.writes, mapped());
    expect(await target.target.loadChunk({table: forward.writes, chunk, epoch: 1, format: 'text', input, end})).toMatchObject({rows: most});

    const [one, other] = [source, target].map(({sessions, migration, source: reader}) => ({
      compare: mysqlCompare(sessions, migration),
      source: reader,
    }));
    if (!one || !other) throw new Error('there are two sides');
    const sides = comparedThrough([forward], one, other);
    const [sent, received] = [
      await sides.from.compare.rowDigests(w, whole, undefined),
      await sides.to.compare.rowDigests(w, whole, undefined),
    ];
    expect(received.rows.size).toBe(most);
    expect(received.rows).toEqual(sent.rows);
    expect(await digestOf(sides.to.compare, w, whole)).toEqual(await digestOf(sides.from.compare, w, whole));

    let before = received.rows;
    for (const [i, {type}] of columns.entries()) {
      if (type.includes('NOT NULL')) continue;
      await target.database.run(`UPDATE v SET c${i} = NULL WHERE id = 0`);
      const after = (await sides.to.compare.rowDigests(w, whole, undefined)).rows;
      expect(after, type).not.toEqual(before);
      before = after;
    }
  });
});
