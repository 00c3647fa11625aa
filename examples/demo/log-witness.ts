/** A slot of our own on a side, opened before the migration: it keeps the log that the oracle reads at the end. */
import {closedWrites} from './closed-writes.ts';
import {withClient} from './shop-database.ts';

/** Slots belong to the server, which several databases share. */
const SLOT = `'witness_' || (SELECT oid FROM pg_database WHERE datname = current_database())`;

export const openWitness = (url: string): Promise<void> =>
  withClient(url, async (client) => void (await client.query(`SELECT pg_create_logical_replication_slot(${SLOT}, 'test_decoding')`)));

/** What the side took while it was closed, in words. The slot stays where it is, so that it may be asked again. */
export const askWitness = (url: string, schema = 'shop'): Promise<string[]> =>
  withClient(url, async (client) => {
    const {rows} = await client.query<{data: string}>(
      `SELECT data FROM pg_logical_slot_peek_changes(${SLOT}, NULL, NULL, 'include-xids', '0', 'skip-empty-xacts', '1')`,
    );
    return closedWrites(
      rows.map(({data}) => data),
      schema,
    );
  });

export const closeWitness = (url: string): Promise<void> =>
  withClient(url, async (client) => void (await client.query(`SELECT pg_drop_replication_slot(${SLOT})`)));
