/** The example's shop on two servers, and customers who order and look at once whether their order is there. */
import {randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {openShop, type Shop} from '../../examples/dual-write/app.ts';
import type {StoryDatabase} from './story-database.ts';

const CUSTOMERS = 4;
const PAUSE_MS = 5;
const LOOKS = 3;
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

export type DualApplication = AsyncDisposable & {
  readonly shop: Shop;
  /** By customer, orders that were acknowledged. */
  readonly acknowledged: readonly number[];
  /** What customers were told that they should not have been: errors, and counts that lack their own orders. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
};

export function startDualApplication(source: string, target: string, migration: string): DualApplication {
  const shop = openShop({source: asApplication(source), target: asApplication(target), migration});
  const acknowledged = Array.from({length: CUSTOMERS}, () => 0);
  const complaints: string[] = [];
  let isOver = false;
  const buy = async (id: number): Promise<void> => {
    const customer = shop.customer(id);
    for (let n = 1; !isOver; n++) {
      await customer.order(n);
      acknowledged[id - 1] = n;
      const count = await customer.orders();
      if (count !== n) complaints.push(`customer ${id} sees ${count} of ${n} orders`);
      for (let look = 0; look < LOOKS; look++) {
        if ((await customer.products()).length !== 20) complaints.push(`customer ${id} misses products`);
        await sleep(PAUSE_MS);
      }
    }
  };
  const shopping = Promise.all(
    acknowledged.map((_, i) => buy(i + 1).catch((error: unknown) => void complaints.push(`customer ${i + 1}: ${String(error)}`))),
  );
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    isOver = true;
    await shopping;
    await shop.router.close();
  };
  return {
    shop,
    acknowledged,
    complaints,
    stop: () => (stopped ??= stop()),
    [Symbol.asyncDispose]: () => (stopped ??= stop()),
  };
}

/** Orders and counters by customer, as a side has them. */
export const ordersOn = async ({rows}: StoryDatabase): Promise<readonly (readonly (string | null)[])[]> =>
  rows(
    `SELECT c.id, c.orders, count(o.n), coalesce(max(o.n), 0) FROM shop.customer c LEFT JOIN shop.order o ON o.customer = c.id GROUP BY c.id ORDER BY c.id`,
  );
