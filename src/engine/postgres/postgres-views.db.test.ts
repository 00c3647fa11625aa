import {afterAll, beforeAll, expect, it} from 'vitest';
import {openSide, type TestSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';
import {untilTrue} from '../../../test/support/until.ts';

let side: TestSide;
beforeAll(async () => {
  side = await openSide('target', await (await postgresServer({version: 18})).createDatabase());
  await side.run(
    'CREATE TABLE sales (id int PRIMARY KEY, month int, amount int)',
    'CREATE TABLE other (id int PRIMARY KEY)',
    'CREATE VIEW plain AS SELECT month, amount FROM sales',
    'CREATE MATERIALIZED VIEW by_month AS SELECT month, sum(amount) AS amount FROM plain GROUP BY month',
    'CREATE MATERIALIZED VIEW "A total" AS SELECT sum(amount) AS amount, (SELECT min(id) FROM sales) AS first FROM by_month',
    'CREATE MATERIALIZED VIEW never_filled AS SELECT * FROM sales WITH NO DATA',
    'CREATE MATERIALIZED VIEW of_others AS SELECT count(*) AS n FROM other',
    'INSERT INTO other VALUES (1)',
    'INSERT INTO sales VALUES (1, 1, 10), (2, 1, 5)',
  );
});
afterAll(() => side.close());

const refresh = async (signal = new AbortController().signal) => side.database.target.refreshViews?.([await side.table('sales')], signal);

it('views of these tables are refreshed in the order in which they read each other, and no others (H-16)', async () => {
  expect(await refresh()).toEqual({refreshed: ['public.by_month', 'public.A total'], failed: []});
  expect(await side.value('SELECT amount FROM "A total"')).toBe('15');
  expect(await side.value('SELECT n FROM of_others')).toBe('0');
});

it('a view that cannot be refreshed is named with the reason, and the others are refreshed', async () => {
  await side.run('CREATE MATERIALIZED VIEW broken AS SELECT 1 / (amount - 7) AS q FROM sales', 'INSERT INTO sales VALUES (3, 2, 7)');
  expect(await refresh()).toEqual({
    refreshed: ['public.by_month', 'public.A total'],
    failed: [{view: 'public.broken', reason: expect.stringContaining('division by zero')}],
  });
  expect(await side.value('SELECT amount FROM "A total"')).toBe('22');
});

it('whoever is to stop does not wait for it', async () => {
  await side.run('BEGIN', 'SELECT * FROM by_month');
  const stop = new AbortController();
  const refreshing = refresh(stop.signal);
  await untilTrue('it waits for the reader', async () => (await side.value('SELECT count(*) FROM pg_locks WHERE NOT granted')) === '1');
  stop.abort(new Error('stopped'));
  await expect(refreshing).rejects.toThrow('stopped');
  await side.run('ROLLBACK');
});
