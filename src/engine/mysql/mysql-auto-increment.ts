/** Where AUTO_INCREMENT stands, from the table itself: the catalogue's own number is remembered for a day (H-11); and setting it. */
import type {Table} from '../../model/table.ts';
import {nameOf} from '../../model/table.ts';
import type {SequenceState} from '../engine.ts';
import {parseSequence, sequenceTarget, setBelow} from '../sequence-target.ts';
import type {MySession} from './mysql-session.ts';
import {quoteTable, tableNames} from './mysql-sql.ts';
import {baseType} from './mysql-value-text.ts';

export const readAutoIncrement = async (session: MySession, tables: readonly Table[]): Promise<SequenceState[]> => {
  const {rows} = await session.query(
    `SELECT CONCAT(table_schema, '.', table_name) AS name, column_name AS counted, column_type AS type FROM information_schema.columns
     WHERE extra LIKE '%auto_increment%' AND (table_schema, table_name) IN (${tableNames(tables.map(({name}) => name))})`,
  );
  const {step} = await session.one(`SELECT @@global.auto_increment_increment AS step`);
  const states: SequenceState[] = [];
  for (const table of tables) {
    const row = rows.find(({name}) => name === nameOf(table.name));
    if (!row) continue;
    const {counted: column, type} = row;
    states.push({
      name: table.name,
      owner: {table: table.name, column: column ?? ''},
      last: await nextNumber(session, table),
      isCalled: false, // it is the next one
      increment: step ?? '1',
      cache: '1',
      min: '1',
      max: greatest(type ?? ''),
    });
  }
  return states;
};

/** The server leaves the number out while nothing was counted. */
const nextNumber = async (session: MySession, table: Pick<Table, 'name'>): Promise<string> => {
  const row = await session.one(`SHOW CREATE TABLE ${quoteTable(table.name)}`);
  const options = (row['Create Table'] ?? '').split('\n').findLast((line) => line.startsWith(')')) ?? '';
  return /\bAUTO_INCREMENT=(\d+)/.exec(options)?.[1] ?? '1';
};

const BITS: Readonly<Record<string, bigint>> = {tinyint: 8n, smallint: 16n, mediumint: 24n, int: 32n, bigint: 64n};

const greatest = (type: string): string => {
  const bits = BITS[baseType(type)] ?? 64n;
  return String((1n << (type.includes('unsigned') ? bits : bits - 1n)) - 1n);
};

/** The ALTER waits for whoever has the table open: seconds, since writes are held meanwhile. */
const WAIT_S_MAX = 10;
export const COUNTER_LOCK_WAIT = `SET SESSION lock_wait_timeout = ${WAIT_S_MAX}`;

/** `table` as SQL writes it. */
export const setCounter = (table: string, next: bigint | string): string => `ALTER TABLE ${table} AUTO_INCREMENT = ${next}`;

/**
 * Counters that exist here and are behind. One that counts down has no counterpart here, and the server takes no number for
 * the next that stands in the table already.
 */
export const setAutoIncrement = async (session: MySession, states: readonly SequenceState[], margin: number): Promise<void> => {
  const counters = await countersOf(session, states);
  await session.query(COUNTER_LOCK_WAIT);
  for (const state of states) {
    const {owner} = state;
    const sequence = parseSequence(state);
    if (!owner || sequence.increment < 0n || !counters.has(JSON.stringify(owner))) continue;
    const {value, isCalled} = sequenceTarget(sequence, BigInt(margin));
    const standing = BigInt(await nextNumber(session, {name: owner.table}));
    const next = isCalled ? value + sequence.increment : value;
    const below = setBelow(sequence, next) ?? next;
    if (standing < below) await session.query(setCounter(quoteTable(owner.table), next));
  }
};

/** Owners as texts. */
const countersOf = async (session: MySession, states: readonly SequenceState[]): Promise<ReadonlySet<string>> => {
  const {rows} = await session.query(
    `SELECT table_schema AS \`schema\`, table_name AS name, column_name AS counted FROM information_schema.columns
     WHERE extra LIKE '%auto_increment%' AND (table_schema, table_name) IN (${tableNames(states.flatMap(({owner}) => owner?.table ?? []))})`,
  );
  return new Set(
    rows.map(({schema, name, counted}) => JSON.stringify({table: {schema: schema ?? '', name: name ?? ''}, column: counted ?? ''})),
  );
};
