/** What the oracle reads of a shop from MySQL, on either side, by spellings of its own (`mysql-cells.ts`). */
import type {OwnedTable, Write} from '../../examples/demo/client-log.ts';
import {type ActualState, placeOf} from '../../examples/demo/expected-state.ts';
import {withClient} from '../../examples/demo/shop-database.ts';
import {spellingOf} from '../types/mysql-cells.ts';
import {HISTORY} from './mysql-shop.ts';

/** Every value as text. */
export type RowsAt = (statement: string) => Promise<readonly (readonly (string | null)[])[]>;

export const rowsAtPostgres =
  (url: string): RowsAt =>
  (statement) =>
    withClient(url, async (client) => {
      await client.query(`SET TimeZone = 'UTC'; SET extra_float_digits = 3`);
      const types = {getTypeParser: () => (text: string) => text};
      return (await client.query<(string | null)[]>({text: statement, rowMode: 'array', types: types as never})).rows;
    });

/** A key and the columns of `Write.value`, in its order. */
const OWNED: Partial<Readonly<Record<OwnedTable, (schema: string) => string>>> = {
  preferences: (schema) => `SELECT concat(client, '/', name), value FROM ${schema}.preference`,
  accounts: (schema) => `SELECT concat(client, '/', number), holder, balance FROM ${schema}.account`,
  sessions: (schema) => `SELECT token, page FROM ${schema}.session`,
  documents: (schema) => `SELECT id, title, revision, md5(body) FROM ${schema}.document`,
};

/** Nobody writes any more. */
export async function shopState(rowsAt: RowsAt, schema: string): Promise<ActualState> {
  const ledger = await rowsAt(`SELECT client, seq, nonce, kind FROM ${schema}.ledger`);
  const rows = new Map<string, Write['value'][]>();
  for (const [table, select] of Object.entries(OWNED))
    for (const [key, ...value] of await rowsAt(select(schema))) {
      const place = placeOf({table: table as OwnedTable, key: key ?? ''});
      rows.set(place, [...(rows.get(place) ?? []), value]);
    }
  return {
    ledger: ledger.map(([client, seq, nonce, kind]) => ({client: Number(client), seq: Number(seq), nonce: nonce ?? '', kind: kind ?? ''})),
    rows,
  };
}

export const writtenNonces = async (rowsAt: RowsAt, schema: string): Promise<readonly string[]> =>
  (await rowsAt(`SELECT nonce FROM ${schema}.ledger`)).map(([nonce]) => nonce ?? '');

/** Of the rows that the shop was filled with. */
export async function differingTables(there: RowsAt, here: RowsAt, schema: string): Promise<readonly string[]> {
  const columns = Object.entries(HISTORY).map(([name, [type]]) => ({name, spelling: spellingOf(type)}));
  const read = async (rowsAt: RowsAt, side: 'there' | 'here'): Promise<string> => {
    const list = columns.map(({name, spelling}) => spelling[side](name)).join(', ');
    const rows = await rowsAt(`SELECT n, ${list} FROM ${schema}.history ORDER BY n`);
    return JSON.stringify(
      rows.map(([n, ...cells]) => [n, ...cells.map((cell, i) => (cell === null ? null : (columns[i]?.spelling.as?.(cell) ?? cell)))]),
    );
  };
  const [one, other] = await Promise.all([read(there, 'there'), read(here, 'here')]);
  return one === other && one !== '[]' ? [] : ['history'];
}
