/** Fills the shop by statements that make their rows inside the server; the same seed gives the same rows. */
import pg from 'pg';

export type FillOptions = {readonly rows: number; readonly seed: number};

/** Rows of each table for a million rows in all. */
const SHARES = {
  customers: 120_000,
  categories: 200,
  products: 12_000,
  orders: 200_000,
  reviews: 90_000,
  sessions: 60_000,
  documents: 600,
  accounts: 40_000,
  ledger: 77_000,
} as const;
/** Every order has two lines. */
const LINES_PER_ORDER = 2;

type Table = keyof typeof SHARES;
export type Counts = Readonly<Record<Table | 'order_lines', number>>;

/** Answers how many rows each table got. Before the foreign keys and secondary indexes exist. */
export async function fillShop(url: string, {rows, seed}: FillOptions): Promise<Counts> {
  const count = counts(rows);
  const tasks = statements(count, seed);
  // Two statements at a time: one per core of a small machine, and the server does all the work.
  await Promise.all([runAll(url, tasks), runAll(url, tasks)]);
  return count;
}

async function runAll(url: string, tasks: string[]): Promise<void> {
  const client = new pg.Client({connectionString: url});
  await client.connect();
  try {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) await client.query(task);
  } finally {
    await client.end();
  }
}

function counts(rows: number): Counts {
  const of = (table: Table): number => Math.max(Math.round((SHARES[table] * rows) / 1_000_000), 20);
  const orders = of('orders');
  return {
    customers: of('customers'),
    categories: of('categories'),
    products: of('products'),
    orders,
    order_lines: orders * LINES_PER_ORDER,
    reviews: of('reviews'),
    sessions: of('sessions'),
    documents: of('documents'),
    accounts: of('accounts'),
    ledger: of('ledger'),
  };
}

/** The longest first. `h(n)` is a text that looks random and depends on the seed; order times depend on the order's id alone. */
function statements(count: Counts, seed: number): string[] {
  const h = (expression: string): string => `md5(${expression} || '-${Math.trunc(seed)}')`;
  const orderedAt = `timestamptz '2024-01-01 00:00+00' + i * interval '317 seconds' + i * interval '1 microsecond'`;
  const product = (expression: string): string => `'SKU-' || lpad(((${expression}) % ${count.products} + 1)::text, 7, '0')`;
  return [
    `INSERT INTO shop.order_lines SELECT i, ${orderedAt}, line, ${product('i * 7 + line * 13')}, i % 5 + 1, (i % 9973) + 0.0123456789
       FROM generate_series(1, ${count.orders}) i, generate_series(1, ${LINES_PER_ORDER}) line`,
    `INSERT INTO shop.orders (id, created_at, customer_id, reference, status, total)
       SELECT i, ${orderedAt}, i % ${count.customers} + 1, ${h(`'order' || i`)}::uuid,
              (enum_range(NULL::shop.order_status))[i % 4 + 1], (i % 9973) * 2.0000000001
         FROM generate_series(1, ${count.orders}) i`,
    `INSERT INTO shop.customers SELECT i, 'customer' || i || '@example.com', 'Customer Number ' || i, (enum_range(NULL::shop.tier))[i % 3 + 1],
              CASE WHEN i % 10 = 0 THEN i / 10 END, ARRAY['t' || i % 50, ${h('i')}], jsonb_build_object('n', i, 'h', ${h('i')}, 'big', 12345678901234567890.123456789),
              timestamptz '2020-01-01 00:00+00' + i * interval '1 second' + i * interval '1 microsecond'
         FROM generate_series(1, ${count.customers}) i`,
    `INSERT INTO shop.products SELECT ${product('i - 1')}, i % ${count.categories} + 1, 'Product ' || i, 'Useful thing made of ' || ${h('i')} || ' and quickly sold',
              i * 1.0000000001, ARRAY[i % 7, NULL, i % 11], decode(${h('i')}, 'hex') FROM generate_series(1, ${count.products}) i`,
    `INSERT INTO shop.reviews SELECT ${product('i')}, i, i % 5 + 1, 'Words ' || ${h('i')}, timestamptz '2024-06-01 12:00+02' + i * interval '1 minute'
         FROM generate_series(1, ${Math.min(count.reviews, count.customers)}) i`,
    `INSERT INTO shop.ledger (client, seq, nonce, kind) SELECT 0, i, ${h(`'ledger' || i`)}::uuid, 'history' FROM generate_series(1, ${count.ledger}) i`,
    `INSERT INTO shop.sessions SELECT ${h(`'session' || i`)}::uuid, 0, i % ${count.customers} + 1, jsonb_build_object('page', i % 100),
              timestamptz '2030-01-01 00:00+00' FROM generate_series(1, ${count.sessions}) i`,
    `INSERT INTO shop.accounts SELECT 'tenant-' || i % 100, i, 'Holder ' || i, i * 0.0000000003 FROM generate_series(1, ${count.accounts}) i`,
    `INSERT INTO shop.documents SELECT ${h(`'document' || i`)}::uuid, 0, 'Document ' || i, 1, repeat(${h('i')}, 640)
         FROM generate_series(1, ${count.documents}) i`,
    `INSERT INTO shop.categories SELECT i, CASE WHEN i > 10 THEN i / 10 END, 'Category ' || i FROM generate_series(1, ${count.categories}) i;
     SELECT setval('shop.categories_id_seq', ${count.categories})`,
    `SELECT setval('shop.order_number', ${count.orders} + 1000);
     SELECT setval(pg_get_serial_sequence('shop.customers', 'id'), ${count.customers})`,
  ];
}
