/**
 * One customer of the example's shop as a process of its own, for stories that kill it: `node dual-buyer.ts SOURCE TARGET MIGRATION`.
 * Goes on behind what the database shows, orders and looks at once whether the order is there, and prints each order that was acknowledged.
 */
import {openShop} from '../../examples/dual-write/app.ts';

const CUSTOMER = 5;

const [source = '', target = '', migration = ''] = process.argv.slice(2);
const shop = openShop({source, target, migration});
const customer = shop.customer(CUSTOMER);
const {rows} = await shop.router.query<{n: number}>('SELECT coalesce(max(n), 0) AS n FROM shop.order WHERE customer = $1', [CUSTOMER]);
for (let n = (rows[0]?.n ?? 0) + 1; ; n++) {
  await customer.order(n);
  const count = await customer.orders();
  process.stdout.write(count === n ? `${n}\n` : `sees ${count} of ${n} orders\n`);
  await customer.products();
}
