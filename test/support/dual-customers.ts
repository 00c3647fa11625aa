/** Customers of the example's shop, wherever it is, who order and look at once whether their order is there. */
import {setTimeout as sleep} from 'node:timers/promises';
import type {Customer} from '../../examples/dual-write/app.ts';

export const CUSTOMERS = 4;
const PRODUCTS = 20;
const PAUSE_MS = 5;
const LOOKS = 3;

type AnyShop = {readonly router: {close(): Promise<void>}; readonly customer: (id: number) => Customer};

export type Shopping<S> = AsyncDisposable & {
  readonly shop: S;
  /** By customer, orders that were acknowledged. */
  readonly acknowledged: readonly number[];
  /** What customers were told that they should not have been: errors, and counts that lack their own orders. */
  readonly complaints: readonly string[];
  stop(): Promise<void>;
};

export function startShopping<S extends AnyShop>(shop: S): Shopping<S> {
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
        if ((await customer.products()).length !== PRODUCTS) complaints.push(`customer ${id} misses products`);
        await sleep(PAUSE_MS);
      }
    }
  };
  const shopping = Promise.all(
    acknowledged.map((_, i) => buy(i + 1).catch((error: unknown) => void complaints.push(`customer ${i + 1}: ${String(error)}`))),
  );
  const end = async (): Promise<void> => {
    isOver = true;
    await shopping;
    await shop.router.close();
  };
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= end());
  return {shop, acknowledged, complaints, stop, [Symbol.asyncDispose]: stop};
}
