import {describe, expect, test} from 'vitest';
import {type HadServer, hadServers} from '../../../test/support/mysql-databases.ts';
import {receivingStory} from '../../../test/support/mysql-receiver.ts';
import {mysqlCatalog} from '../../engine/mysql/mysql-catalog.ts';
import {mysqlConvertible} from '../../engine/mysql/mysql-convertible.ts';
import {MysqlSchema} from '../../engine/mysql/mysql-schema.ts';
import {nameOf} from '../../model/table.ts';
import {migrationMapping} from '../migration-mapping.ts';
import {mysqlOrMariadb} from './pair.ts';

const SHOP = [
  `CREATE TABLE place (
    id int unsigned NOT NULL AUTO_INCREMENT, name varchar(40) NOT NULL COMMENT 'not utf8mb4_0900_bin, nor utf8mb4_nopad_bin', kind enum('a','b, c') DEFAULT 'b, c',
    note text CHARACTER SET latin1, settings json, made datetime(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
    hidden int DEFAULT 5 INVISIBLE, size double DEFAULT 0.5, twice int unsigned AS (hidden * 2) VIRTUAL, PRIMARY KEY (id), UNIQUE KEY by_name (name), KEY by_kind (kind, name(5) DESC),
    CONSTRAINT sized CHECK (size >= 0)) COMMENT 'it''s; ours'`,
  `CREATE TABLE visit (place int unsigned NOT NULL, day date NOT NULL, PRIMARY KEY (place, day), CONSTRAINT visited FOREIGN KEY (place) REFERENCES place (id))`,
  `CREATE TABLE log (id bigint NOT NULL, day int NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE)`,
  'CREATE VIEW places AS SELECT id FROM place',
];
const OWN = {
  mysql: [
    `CREATE TABLE own (id int PRIMARY KEY, word varchar(20) COLLATE utf8mb4_0900_bin, n int CHECK (n > 0) NOT ENFORCED, code varchar(9) NOT NULL DEFAULT (upper('x')),
      KEY folded ((lower(word))), KEY unused (n) INVISIBLE)`,
    'CREATE TABLE follows (id int PRIMARY KEY, own int, CONSTRAINT after FOREIGN KEY (own) REFERENCES own (id) ON DELETE CASCADE)',
  ],
  mariadb: [
    `CREATE TABLE own (id uuid PRIMARY KEY, address inet4 DEFAULT '10.0.0.1', word varchar(20) COLLATE utf8mb4_nopad_bin, packed text COMPRESSED, KEY unused (word) IGNORED)`,
  ],
};
const LEFT = {
  mysql: [
    'foreign key shop.follows.after refuse',
    'index shop.own.folded refuse',
    'check shop.own.own_chk_1 warn',
    'view shop.places warn',
  ],
  mariadb: ['view shop.places warn'],
};
const NEVER = new AbortController().signal;

/** The older MariaDB: it knows less. */
const [mysql, mariadb] = await hadServers();

describe.each([
  ['MySQL to MariaDB', mysql, mariadb],
  ['MariaDB to MySQL', mariadb, mysql],
])('%s', (_, from: HadServer | undefined, to: HadServer | undefined) => {
  test.skipIf(!from?.server || !to?.server)('tables are taken as they are written, and what stays behind is named', async () => {
    if (!from || !to) throw new Error('there are three servers');
    const {flavour} = from.request;
    await using source = await receivingStory(from, ...SHOP, ...OWN[flavour]);
    await using target = await receivingStory(to);
    const database = source.database.name;
    const inShop = (name: string): string => name.replaceAll(database, 'shop');
    const names = ['place', 'visit', 'log', 'own', ...(flavour === 'mysql' ? ['follows'] : [])];
    const tables = await Promise.all(names.map((name) => source.table(name)));
    const accept = LEFT.mysql.map((name) => name.replace(/ \w+$/, '').replace('shop', database));
    const mapping = (accepted: readonly string[]) =>
      migrationMapping({tables: [], allowLoss: false}, () => (value) => value, mysqlOrMariadb({accept: accepted}));
    const written = await mysqlConvertible(source.sessions).read(tables);
    const script = mapping([]).converted?.(written);
    expect(script?.findings.map(({object, severity}) => `${inShop(object)} ${severity}`).toSorted()).toEqual(LEFT[flavour].toSorted());
    expect(
      mapping(accept)
        .converted?.(written)
        .findings.every(({severity}) => severity === 'warn'),
    ).toBe(true);

    const schema = new MysqlSchema(target.sessions, target.migration, target.target);
    const statements = (script?.preData ?? []).map((one) => ({...one, roles: [], isOptional: false}));
    expect(
      (await schema.tryOut({preData: statements, postData: []}, NEVER)).map(({statement, reason}) => `${statement.sql}: ${reason}`),
    ).toEqual([]);
    await target.target.runSchemaFile('convert', statements.map(({sql}) => `${sql};\n`).join(''), NEVER);
    const [made, own] = await Promise.all(
      ['place', 'own'].map((name) => target.database.rows(`SHOW CREATE TABLE \`${database}\`.${name}`)),
    );
    expect(String(made)).toContain(`COMMENT 'not utf8mb4_0900_bin, nor utf8mb4_nopad_bin'`);
    expect(String(made)).toMatch(/`hidden` int(?:\(11\))? .*INVISIBLE/);
    expect(String(own)).toMatch(/KEY `unused` \(`(?:n|word)`\).*(?:IGNORED|INVISIBLE)/);
    const there = await mysqlCatalog(target.sessions).tables({tables: tables.map(({name}) => nameOf(name)), exclude: []});
    expect(there).toHaveLength(names.length);
    expect(
      mapping([])
        .findings(tables, there)
        .filter(({severity}) => severity === 'refuse'),
    ).toEqual([]);
    await target.target.dropSchema();
  });
});
