/**
 * Orders of a small shop, moved while they come in, reads first. What is new in it is `outbox`, and `read` instead of
 * `query` where an answer may come from the target. In your own application the import reads `crossfade/router`.
 */
import {createRouter, type Router} from '../../src/router/router.ts';

export type Shop = {readonly router: Router; readonly customer: (id: number) => Customer};

export type Customer = {
  order(n: number): Promise<void>;
  /** With all that this customer has ordered. */
  orders(): Promise<number>;
  products(): Promise<readonly string[]>;
};

export function openShop(addresses: {readonly source: string; readonly target: string; readonly migration: string}): Shop {
  const router = createRouter({...addresses, outbox: 'shop.crossfade_outbox'});
  return {router, customer: (id) => customerOf(id, router)};
}

function customerOf(id: number, router: Router): Customer {
  const session = router.session();
  return {
    order: (n) =>
      session.transaction(
        async ({query}) => {
          await query('UPDATE shop.customer SET orders = orders + 1 WHERE id = $1', [id]);
          await query('INSERT INTO shop.order (customer, n) VALUES ($1, $2)', [id, n]);
        },
        {retryRefused: true},
      ),
    orders: async () => {
      const {rows} = await session.read<{count: number}>('SELECT count(*)::int AS count FROM shop.order WHERE customer = $1', [id]);
      return rows[0]?.count ?? 0;
    },
    products: async () => (await router.read<{name: string}>('SELECT name FROM shop.product ORDER BY name')).rows.map(({name}) => name),
  };
}
