/**
 * The same shop on its way from MySQL or MariaDB to PostgreSQL. What is sent is written once for each; the rest of the application
 * does not know which of the two answers. In your own application the imports read `crossfade/router`,
 * `crossfade/router/mysql2` and `crossfade/router/two-engines`.
 */
import type {RowDataPacket} from 'mysql2';
import {mysql2Side, type Mysql2Statements} from '../../src/router/mysql2.ts';
import {type PgStatements, pgSide} from '../../src/router/router.ts';
import {createRouter, type SideAnswer, type TwoEnginesRouter} from '../../src/router/two-engines.ts';
import type {Customer} from './app.ts';

export type MovingShop = {readonly router: TwoEnginesRouter<Mysql2Statements, PgStatements>; readonly customer: (id: number) => Customer};

/** `schema`: the database of the one side and the schema of the other. */
export function openMovingShop(addresses: {
  readonly source: string;
  readonly target: string;
  readonly migration: string;
  readonly schema: string;
}): MovingShop {
  const {source, target, migration, schema} = addresses;
  const router = createRouter({source: mysql2Side(source), target: pgSide(target), migration, outbox: `${schema}.crossfade_outbox`});
  return {router, customer: (id) => customerOf(id, router, schema)};
}

const ORDERS = 'SELECT count(*) AS count FROM purchase WHERE customer = ?';
const PRODUCTS = 'SELECT name, price, on_sale, weight, added, details FROM product ORDER BY name';

function customerOf(id: number, router: MovingShop['router'], schema: string): Customer {
  const session = router.session();
  return {
    order: (n) =>
      session.transaction(
        {
          source: async ({execute}) => {
            await execute('UPDATE customer SET orders = orders + 1 WHERE id = ?', [id]);
            await execute('INSERT INTO purchase (customer, n) VALUES (?, ?)', [id, n]);
          },
          target: async ({query}) => {
            await query(`UPDATE ${schema}.customer SET orders = orders + 1 WHERE id = $1`, [id]);
            await query(`INSERT INTO ${schema}.purchase (customer, n) VALUES ($1, $2)`, [id, n]);
          },
        },
        {retryRefused: true},
      ),
    orders: async () => {
      const found = await session.read({
        source: {sql: ORDERS, parameters: [id]},
        target: {sql: `SELECT count(*) AS count FROM ${schema}.purchase WHERE customer = $1`, parameters: [id]},
      });
      return Number(rowsOf(found)[0]?.['count'] ?? 0);
    },
    products: async () => {
      const found = await router.read({source: {sql: PRODUCTS}, target: {sql: PRODUCTS.replace('FROM ', `FROM ${schema}.`)}});
      return rowsOf(found).map((row) => String(row['name']));
    },
  };
}

/** Names are the same on both sides; what the drivers make of values is not, so whoever uses them says what they are. */
const rowsOf = (found: SideAnswer<Mysql2Statements, PgStatements>): readonly Readonly<Record<string, unknown>>[] =>
  found.side === 'source' ? (found.answer[0] as RowDataPacket[]) : found.answer.rows;
