/** The example's shop on two servers of PostgreSQL, whose customers are those of `dual-customers.ts`. */
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {openShop, type Shop} from '../../examples/dual-write/app.ts';
import {CUSTOMERS, type Shopping, startShopping} from './dual-customers.ts';
import type {StoryDatabase} from './story-database.ts';

/** Servers are shared, and so are their roles: each file of tests has its own. */
export const DUAL_ROLE = `dual_${randomUUID().slice(0, 8)}`;
const PASSWORD = 'only-for-this-test';

export const DUAL_SCHEMA: readonly string[] = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.customer (id int PRIMARY KEY, orders bigint NOT NULL)',
  'CREATE TABLE shop.order (customer int, n int, PRIMARY KEY (customer, n), FOREIGN KEY (customer) REFERENCES shop.customer (id))',
  'CREATE TABLE shop.product (name text PRIMARY KEY)',
  `INSERT INTO shop.product SELECT 'product ' || i FROM generate_series(1, 20) i`,
  `INSERT INTO shop.customer SELECT i, 0 FROM generate_series(1, ${CUSTOMERS}) i`,
  `GRANT USAGE ON SCHEMA shop TO ${DUAL_ROLE}`,
  `GRANT SELECT, INSERT, UPDATE ON shop.customer, shop.order, shop.product TO ${DUAL_ROLE}`,
  readFileSync(new URL('../../examples/dual-write/outbox.sql', import.meta.url), 'utf8').replaceAll('shop_app', DUAL_ROLE),
];

export const ENSURE_ROLE = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${DUAL_ROLE}') THEN CREATE ROLE ${DUAL_ROLE}; END IF;
  ALTER ROLE ${DUAL_ROLE} LOGIN PASSWORD '${PASSWORD}';
END $$`;

/** The same address with the application's role. */
export const asApplication = (address: string): string => {
  const url = new URL(address);
  [url.username, url.password] = [DUAL_ROLE, PASSWORD];
  return url.href;
};

export const startDualApplication = (source: string, target: string, migration: string): Shopping<Shop> =>
  startShopping(openShop({source: asApplication(source), target: asApplication(target), migration}));

/** Orders and counters by customer, as a side has them. */
export const ordersOn = async ({rows}: StoryDatabase): Promise<readonly (readonly (string | null)[])[]> =>
  rows(
    `SELECT c.id, c.orders, count(o.n), coalesce(max(o.n), 0) FROM shop.customer c LEFT JOIN shop.order o ON o.customer = c.id GROUP BY c.id ORDER BY c.id`,
  );
