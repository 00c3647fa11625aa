/** The example's shop on its way from MySQL or MariaDB to PostgreSQL: its tables, its application's account on both, and its customers. */
import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {type MovingShop, openMovingShop} from '../../examples/dual-write/two-engines.ts';
import {CUSTOMERS, type Shopping, startShopping} from './dual-customers.ts';
import type {HadServer} from './mysql-databases.ts';
import {postgresServer} from './servers.ts';
import {openStory, type Story} from './story.ts';

const PASSWORD = 'only-for-this-test';

export type MovingStory = {
  readonly story: Story;
  /** Of its tables, on both sides. */
  readonly schema: string;
  readonly role: string;
  /** Of the application. */
  readonly addresses: {readonly source: string; readonly target: string};
  shopping(): Shopping<MovingShop>;
};

const TABLES = [
  'CREATE TABLE customer (id int PRIMARY KEY, orders bigint NOT NULL)',
  'CREATE TABLE purchase (customer int, n int, PRIMARY KEY (customer, n), FOREIGN KEY (customer) REFERENCES customer (id))',
  `CREATE TABLE product (name varchar(40) PRIMARY KEY, price decimal(10,2) NOT NULL, on_sale tinyint(1) NOT NULL, weight double, added timestamp(3) NOT NULL,
     details json)`,
  `INSERT INTO product WITH RECURSIVE i AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM i WHERE n < 20)
     SELECT concat('product ', n, if(n % 5, '', ' ')), n / 3, n % 2, n / 7, now(3), json_object('n', n, 'words', json_array('ü', null, 1.5)) FROM i`,
  `INSERT INTO customer VALUES ${Array.from({length: CUSTOMERS}, (_, i) => `(${i + 1}, 0)`).join(', ')}`,
];

/** The story's plan, whose application is an account of its own. */
export async function openMovingStory({server, request}: HadServer, name: string, reads: object): Promise<MovingStory> {
  if (!server) throw new Error('the tests of a server that could not be had are left out');
  const [schema, role] = [`shop_${randomBytes(6).toString('hex')}`, `dual_${randomBytes(4).toString('hex')}`];
  const story = await openStory({
    name,
    tables: [`${schema}.*`],
    on: {source: {createDatabase: () => server.createDatabase(schema)}, target: await postgresServer({version: 18})},
    plan: {
      workflow: 'dual-write',
      source: {engine: request.flavour, url: 'env:STORY_SOURCE'},
      schema: {kind: 'convert'},
      conversion: {tinyint1: 'boolean'},
      applicationRoles: [role],
      canary: 'off',
      reads: {outbox: `${schema}.crossfade_outbox`, ...reads},
    },
  });
  const outbox = readFileSync(new URL('../../examples/dual-write/outbox-mysql.sql', import.meta.url), 'utf8');
  const application = outbox.replaceAll('shop.', `${schema}.`).replaceAll('shop_app', role);
  await story.source.run(
    ...TABLES,
    `CREATE USER '${role}'@'%' IDENTIFIED BY '${PASSWORD}'`,
    `GRANT SELECT, INSERT, UPDATE ON ${schema}.* TO '${role}'@'%'`,
    ...application.split(/;\s*$/m).filter((statement) => /\w/.test(statement)),
  );
  // Its rights on tables and a schema that the run is yet to make.
  await story.target.run(
    `CREATE ROLE ${role} LOGIN PASSWORD '${PASSWORD}'`,
    `ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO ${role}`,
    `ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE ON TABLES TO ${role}`,
  );
  const [source = '', target = ''] = [story.source.url, story.target.url].map(
    (url) => Object.assign(new URL(url), {username: role, password: PASSWORD}).href,
  );
  return {
    story,
    schema,
    role,
    addresses: {source, target},
    shopping: () => startShopping(openMovingShop({source, target, migration: name, schema})),
  };
}

/** Orders and counters by customer, as the target has them. */
export const movedOrders = ({story, schema}: MovingStory): Promise<readonly (readonly (string | null)[])[]> =>
  story.target.rows(
    `SELECT c.id, c.orders, count(o.n), coalesce(max(o.n), 0) FROM ${schema}.customer c LEFT JOIN ${schema}.purchase o ON o.customer = c.id GROUP BY c.id ORDER BY c.id`,
  );
