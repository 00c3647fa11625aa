/**
 * A side as a load writes it: by the names and texts of the source. What is written on a target of another engine becomes
 * what the migration itself makes of it, and what is read there is shown under the source's names with the target's texts.
 */
import type {LoadClient, Rehearsing, Written} from '../engine/engine.ts';
import type {TableMapping} from '../mapping/mapping.ts';
import type {Row, Value} from '../model/change.ts';
import {isCoded} from '../model/errors.ts';
import {nameOf, type Table} from '../model/table.ts';

export type LoadSide = Pick<Rehearsing, 'some'> & {client(): Promise<LoadWay>};

/** `asHeld`: what `read` shows of a value that was written. */
export type LoadWay = LoadClient & {asHeld(table: Table, column: string, value: Value): Value};

export const straight = (side: Rehearsing): LoadSide => ({
  some: side.some,
  client: async () => ({...(await side.client()), asHeld: (_table, _column, value) => value}),
});

/** `mappings`: of the way there; rejects while the target has no tables yet, and is asked again then. */
export const mapped = (side: Rehearsing, mappings: () => Promise<readonly TableMapping[]>): LoadSide => ({
  some: side.some,
  client: async () => mappedWay(await side.client(), mappings),
});

function mappedWay(client: LoadClient, mappings: () => Promise<readonly TableMapping[]>): LoadWay {
  const known = new Map<string, TableMapping>();
  const mappingOf = async (table: Table): Promise<TableMapping | undefined> => {
    if (known.size === 0) for (const one of await mappings()) known.set(nameOf(one.from.name), one);
    return known.get(nameOf(table.name));
  };
  const write = async (table: Table, act: (mapping: TableMapping) => Promise<Written>): Promise<Written> => {
    const mapping = await mappingOf(table).catch(() => undefined);
    if (!mapping) return 'closed'; // nobody can write there yet
    try {
      return await act(mapping);
    } catch (error) {
      if (isCoded(error) && error.code === 'CF-MAP-003') return 'refused';
      throw error;
    }
  };
  return {
    update: (table, key, column, value) =>
      write(table, async (mapping) => {
        const there = columnThere(mapping, column);
        return there ? client.update(mapping.writes, mapping.keyThere(key), there.name, there.carry(value)) : 'refused';
      }),
    replace: (table, key, row) => write(table, (mapping) => client.replace(mapping.writes, mapping.keyThere(key), mapping.row(row))),
    read: async (table, key) => {
      const mapping = await mappingOf(table);
      const row = mapping && (await client.read(mapping.writes, mapping.keyThere(key)));
      return row && underNamesOf(mapping, mapping.received(row));
    },
    asHeld: (table, column, value) => {
      const mapping = known.get(nameOf(table.name));
      return mapping ? (columnThere(mapping, column)?.carry(value) ?? null) : value;
    },
    close: () => client.close(),
  };
}

/** Undefined where several become one, or one becomes several. */
function columnThere({reads, writes, isPlain, carried}: TableMapping, column: string) {
  const place = reads.columns.findIndex(({name}) => name === column);
  const carry = isPlain ? (value: Value) => value : carried?.[place]?.carry;
  const to = writes.columns[place];
  return to && carry && {name: to.name, carry};
}

const underNamesOf = (mapping: TableMapping, row: Row): Row =>
  Object.fromEntries(
    mapping.reads.columns.flatMap(({name}) => {
      const there = columnThere(mapping, name);
      return there ? [[name, row[there.name] ?? null] as const] : [];
    }),
  );
