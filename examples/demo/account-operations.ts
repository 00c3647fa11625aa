/** Transactions on accounts: under row-level security, with sums that show a statement carried out twice. */
import type {Chance} from './chance.ts';
import type {Write} from './client-log.ts';
import type {Operation, Query, Setting} from './operation.ts';
import type {OwnedRows} from './owned-rows.ts';

export function openAccount({client, chance, rows}: Setting): Operation {
  const number = 1_000_000 + chance.below(1e9);
  const holder = `Holder ${rows.keys('accounts').length}`;
  return {
    kind: 'open-account',
    writes: [{table: 'accounts', key: `${client}/${number}`, value: [holder, amountText(0n)]}],
    async run(query) {
      await setTenant(query, client);
      await query('INSERT INTO shop.accounts VALUES ($1, $2, $3, 0)', [tenant(client), number, holder]);
    },
  };
}

/** A snapshot taken before the fence must not write through it: hence the isolation level. */
export function transfer({client, chance, rows}: Setting): Operation {
  const [from, to] = distinctPair(chance, rows.keys('accounts'));
  const units = BigInt(1 + chance.below(1e9));
  return {
    kind: 'transfer',
    writes: [added(rows, from, -units), added(rows, to, units)],
    async run(query) {
      await query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      await addToAccount(query, client, from, amountText(-units));
      await addToAccount(query, client, to, amountText(units));
    },
  };
}

export const added = (rows: OwnedRows, key: string, units: bigint): Write => {
  const [holder = null, balance = null] = rows.value('accounts', key);
  return {table: 'accounts', key, value: [holder, amountText(amountOf(balance) + units)]};
};

export async function addToAccount(query: Query, client: number, key: string, amount: string | null): Promise<void> {
  await setTenant(query, client);
  // Added in the database and not set: carried out twice, it would show.
  await query('UPDATE shop.accounts SET balance = balance + $3 WHERE tenant = $1 AND number = $2', [
    tenant(client),
    key.split('/')[1],
    amount,
  ]);
}

const setTenant = (query: Query, client: number): Promise<unknown> => query(`SELECT set_config('shop.tenant', $1, true)`, [tenant(client)]);

const tenant = (client: number): string => `client-${client}`;

function distinctPair(chance: Chance, keys: readonly string[]): [string, string] {
  const first = chance.pick(keys);
  return [first, chance.pick(keys.filter((key) => key !== first))];
}

/** Ten decimals, as numeric(38,10) prints them. */
const SCALE = 10;

export function amountText(units: bigint): string {
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

export const amountOf = (text: string | null): bigint => BigInt((text ?? '0').replace('.', ''));
