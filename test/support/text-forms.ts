/** What the servers' own texts of one column say about its values, and what the mapping says about them. */
import type {Database} from '../../src/engine/engine.ts';
import type {TableMapping} from '../../src/mapping/mapping.ts';
import type {TextForm} from '../../src/model/text-form.ts';
import type {Row, Value} from '../../src/model/change.ts';
import type {Table} from '../../src/model/table.ts';

/** `text`, or its hash, by the row's key. */
export type Seen = ReadonlyMap<string, {readonly text: string; readonly value: Value}>;

export type FormVerdict = {
  /** Values of either side that share a text and are not the same. */
  readonly wronglyEqual: readonly string[];
  /** Rows whose values are the same and whose texts are not. */
  readonly apart: number;
  readonly rows: number;
};

export const formVerdict = async (
  mapping: TableMapping,
  form: TextForm,
  column: string,
  sides: {readonly source: Database; readonly target: Database},
): Promise<FormVerdict> => {
  const sent = await seen(sides.source, mapping.reads, form, (row) => mapping.row(row)[column] ?? null);
  const received = await seen(sides.target, mapping.writes, form, (row) => mapping.received(row)[column] ?? null);
  return verdictOf(sent, received, column);
};

/** `sent` as the mapping makes it of what one side has, `received` as it would have made what the other side has. */
export const verdictOf = (sent: Seen, received: Seen, column: string): FormVerdict => {
  const values = new Map<string, Value>();
  const wronglyEqual: string[] = [];
  for (const {text, value} of [...sent.values(), ...received.values()]) {
    if (values.has(text) && values.get(text) !== value) wronglyEqual.push(`${column}: ${String(value)} and ${String(values.get(text))}`);
    values.set(text, value);
  }
  const apart = [...sent].filter(([id, one]) => {
    const other = received.get(id);
    return other !== undefined && other.value === one.value && other.text !== one.text;
  });
  return {wronglyEqual, apart: apart.length, rows: sent.size};
};

const ALL = {after: undefined, to: undefined};

const seen = async ({compare}: Database, table: Table, form: TextForm, valueOf: (row: Row) => Value): Promise<Seen> => {
  // What is not written is not hashed: so the hash is that of the column alone.
  const columns = table.columns.map((column) => (table.key.includes(column.name) ? {...column, generated: true} : column));
  const {rows: hashes} = await compare.rowDigests({...table, columns}, ALL, undefined, [form]);
  const {rows} = await compare.read(table, ALL, undefined);
  const values = new Map(rows.map((row) => [row[table.key[0] ?? ''] ?? '', valueOf(row)]));
  return new Map([...hashes.values()].map(({key, hash}) => [key[0] ?? '', {text: hash, value: values.get(key[0] ?? '') ?? null}]));
};
