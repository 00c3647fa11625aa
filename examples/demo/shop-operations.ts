/**
 * The transactions of the demo's application. Each says beforehand which rows it leaves behind, writes them, and is
 * completed by its row in the ledger in the same transaction. The kinds are those that migrations get wrong: key
 * changes with large values untouched, deletes that cascade, rows under row-level security, partitioned tables.
 */
import {createHash, randomUUID} from 'node:crypto';
import {addToAccount, added, amountOf, amountText, openAccount, transfer} from './account-operations.ts';
import type {Operation, Setting} from './operation.ts';

type Maker = (setting: Setting) => Operation;

/** Weights; a maker that finds nothing of its own to change makes a new row instead. */
const MIX: readonly (readonly [number, Maker])[] = [
  [30, prefer],
  [18, placeOrder],
  [10, payOrder],
  [7, cancelOrder],
  [9, startSession],
  [8, endSession],
  [1, writeDocument],
  [6, moveDocument],
  [5, retitleDocument],
  [6, transfer],
  [2, register],
];
const WEIGHTS = MIX.reduce((sum, [weight]) => sum + weight, 0);

const ACCOUNTS_MIN = 3;
const ORDERS_MAX = 200;

export function nextOperation(setting: Setting): Operation {
  if (setting.rows.keys('accounts').length < ACCOUNTS_MIN) return openAccount(setting);
  if (setting.rows.keys('orders').length > ORDERS_MAX) return cancelOrder(setting);
  let left = setting.chance.below(WEIGHTS);
  for (const [weight, make] of MIX) {
    if (left < weight) return make(setting);
    left -= weight;
  }
  return prefer(setting);
}

function prefer({client, chance}: Setting): Operation {
  const name = `preference-${chance.below(30)}`;
  const value = chance.below(20) === 0 ? null : chance.pick(['', 'plain', 'ünï©ode ✓', `quote ' and \\ ${chance.below(1e9)}`, '\t\n']);
  return {
    kind: 'prefer',
    writes: [{table: 'preferences', key: `${client}/${name}`, value: [value]}],
    single: {
      text: `WITH written AS (
               INSERT INTO shop.preferences VALUES ($1, $5, $6) ON CONFLICT (client, name) DO UPDATE SET value = excluded.value RETURNING 1)
             INSERT INTO shop.ledger (client, seq, nonce, kind) SELECT $1, $2, $3, $4 FROM written RETURNING inet_server_port() AS side`,
      params: [name, value],
    },
  };
}

function placeOrder({client, chance, products, customers}: Setting): Operation {
  const reference = randomUUID();
  const lines = Array.from({length: 1 + chance.below(3)}, (_, index) => ({
    line: index + 1,
    sku: sku(chance.below(products)),
    quantity: 1 + chance.below(9),
  }));
  const total = amountText(BigInt(chance.below(1e9)) * 1_000_003n);
  const linesText = lines.map(({line, sku, quantity}) => `${line}:${sku}x${quantity}`).join(',');
  return {
    kind: 'place-order',
    writes: [{table: 'orders', key: reference, value: ['placed', total, linesText]}],
    async run(query) {
      const order = await query<{id: string; created_at: string}>(
        `INSERT INTO shop.orders (created_at, customer_id, reference, client, total) VALUES (clock_timestamp(), $1, $2, $3, $4)
         RETURNING id::text, created_at::text`,
        [1 + chance.below(customers), reference, client, total],
      );
      await query(
        `INSERT INTO shop.order_lines SELECT $1, $2::timestamptz, line, sku, quantity, 1.5
           FROM unnest($3::smallint[], $4::text[], $5::integer[]) AS given (line, sku, quantity)`,
        [
          order.rows[0]?.id,
          order.rows[0]?.created_at,
          lines.map(({line}) => line),
          lines.map(({sku}) => sku),
          lines.map(({quantity}) => quantity),
        ],
      );
    },
  };
}

function payOrder(setting: Setting): Operation {
  const {client, chance, rows} = setting;
  const unpaid = rows.keys('orders').filter((key) => rows.value('orders', key)[0] === 'placed');
  if (unpaid.length === 0) return placeOrder(setting);
  const reference = chance.pick(unpaid);
  const account = chance.pick(rows.keys('accounts'));
  const [, total = null, lines = null] = rows.value('orders', reference);
  return {
    kind: 'pay-order',
    writes: [{table: 'orders', key: reference, value: ['paid', total, lines]}, added(rows, account, amountOf(total))],
    async run(query) {
      await query(`UPDATE shop.orders SET status = 'paid' WHERE reference = $1`, [reference]);
      await addToAccount(query, client, account, total);
    },
  };
}

/** Its lines go with it, by the foreign key's ON DELETE CASCADE. */
function cancelOrder(setting: Setting): Operation {
  const {chance, rows} = setting;
  const orders = rows.keys('orders');
  if (orders.length === 0) return placeOrder(setting);
  const reference = chance.pick(orders);
  return {
    kind: 'cancel-order',
    writes: [{table: 'orders', key: reference, value: null}],
    run: (query) => query('DELETE FROM shop.orders WHERE reference = $1', [reference]),
  };
}

function startSession({client, chance, customers}: Setting): Operation {
  const token = randomUUID();
  const customer = String(1 + chance.below(customers));
  const page = String(chance.below(1000));
  return {
    kind: 'start-session',
    writes: [{table: 'sessions', key: token, value: [customer, page]}],
    run: (query) =>
      query(`INSERT INTO shop.sessions VALUES ($1, $2, $3, jsonb_build_object('page', $4::int), now() + interval '1 hour')`, [
        token,
        client,
        customer,
        page,
      ]),
  };
}

function endSession(setting: Setting): Operation {
  const tokens = setting.rows.keys('sessions');
  if (tokens.length === 0) return startSession(setting);
  const token = setting.chance.pick(tokens);
  return {
    kind: 'end-session',
    writes: [{table: 'sessions', key: token, value: null}],
    run: (query) => query('DELETE FROM shop.sessions WHERE token = $1', [token]),
  };
}

function writeDocument({client, chance}: Setting): Operation {
  const id = randomUUID();
  const body = randomUUID().replaceAll('-', '').repeat(640);
  const title = `Title ${chance.below(1e6)}`;
  return {
    kind: 'write-document',
    writes: [{table: 'documents', key: id, value: [title, '1', createHash('md5').update(body).digest('hex')]}],
    run: (query) => query('INSERT INTO shop.documents VALUES ($1, $2, $3, 1, $4)', [id, client, title, body]),
  };
}

/** The key changes and the 20 kB text does not: the change stream carries the new row without it. */
function moveDocument(setting: Setting): Operation {
  const {chance, rows} = setting;
  const ids = rows.keys('documents');
  if (ids.length === 0) return writeDocument(setting);
  const id = chance.pick(ids);
  const next = randomUUID();
  return {
    kind: 'move-document',
    writes: [
      {table: 'documents', key: id, value: null},
      {table: 'documents', key: next, value: rows.value('documents', id)},
    ],
    run: (query) => query('UPDATE shop.documents SET id = $2 WHERE id = $1', [id, next]),
  };
}

function retitleDocument(setting: Setting): Operation {
  const {chance, rows} = setting;
  const ids = rows.keys('documents');
  if (ids.length === 0) return writeDocument(setting);
  const id = chance.pick(ids);
  const [, revision = null, body = null] = rows.value('documents', id);
  const title = `Title ${chance.below(1e6)}`;
  return {
    kind: 'retitle-document',
    writes: [{table: 'documents', key: id, value: [title, String(Number(revision) + 1), body]}],
    run: (query) => query('UPDATE shop.documents SET title = $2, revision = revision + 1 WHERE id = $1', [id, title]),
  };
}

function register({client, chance, customers}: Setting): Operation {
  const email = `${randomUUID()}@client-${client}.example`;
  const name = `Registered ${chance.below(1e6)}`;
  const tags = `{new,"with ${chance.below(9)} spaces",NULL}`;
  return {
    kind: 'register',
    writes: [{table: 'customers', key: email, value: [name, 'gold', tags]}],
    run: (query) =>
      query(`INSERT INTO shop.customers (email, name, tier, referred_by, tags) VALUES ($1, $2, 'gold', $3, $4)`, [
        email,
        name,
        1 + chance.below(customers),
        tags,
      ]),
  };
}

const sku = (index: number): string => `SKU-${String(index + 1).padStart(7, '0')}`;
