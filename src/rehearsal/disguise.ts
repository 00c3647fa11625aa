/** Carries out what was chosen for a table's columns, row by row. */
import {unreachable} from '../model/assert.ts';
import type {Row, Value} from '../model/change.ts';
import type {Column} from '../model/table.ts';
import {defaultDisguise, wordsOf} from './default-disguise.ts';
import type {KeyedCipher} from './keyed-cipher.ts';
import type {ChosenDisguise, TableDisguise} from './rehearsal.ts';
import {fakeBytes, fakeNetwork, fakeNumber, fakeText, fakeUuid} from './same-shape.ts';
import {mapArray, mapJson, roundedDown} from './structured-text.ts';
import {typedOf} from './value-kind.ts';

/** Rows in, rows out, in the same order; `shuffle` exchanges values among the rows of one call. */
export function disguiseRows(cipher: KeyedCipher, {table, columns}: TableDisguise, rows: readonly Row[]): Row[] {
  const changed = rows.map((row) => ({...row}));
  for (const column of table.columns) {
    const chosen = columns.get(column.name);
    if (!chosen || chosen.disguise.kind === 'keep') continue;
    const values = disguiseValues(cipher, column, chosen, rows);
    for (const [i, row] of changed.entries()) if (column.name in row) row[column.name] = values[i] ?? null;
  }
  return changed;
}

function disguiseValues(cipher: KeyedCipher, column: Column, {disguise, type, lengthMax}: ChosenDisguise, rows: readonly Row[]): Value[] {
  const values = rows.map((row) => row[column.name] ?? null);
  if (disguise.kind === 'shuffle') return shuffled(cipher, column.name, values);
  return values.map((value) =>
    value === null ? null : disguiseValue(cipher, {name: column.name, notNull: column.notNull, type, lengthMax}, disguise, value),
  );
}

type Sized = Pick<Column, 'name' | 'type' | 'notNull'> & {readonly lengthMax: number | undefined};

/** `value` is no NULL; a NULL stays one. */
export function disguiseValue(cipher: KeyedCipher, column: Sized, disguise: ChosenDisguise['disguise'], value: string): Value {
  switch (disguise.kind) {
    case 'keep':
    case 'shuffle':
      return value;
    case 'null':
      return null;
    case 'constant':
      return disguise.value;
    case 'range':
      return roundedDown(value, disguise.step);
    case 'hash':
      return hashed(cipher, column, value);
    case 'fake':
      return faked(cipher, column, value);
    default:
      return unreachable(disguise);
  }
}

const HASH_LENGTH = 32;
/** Shorter ones might meet. */
const HASH_LENGTH_MIN = 16;

function hashed(cipher: KeyedCipher, column: Sized, value: string): string {
  const {kind, isList} = typedOf(column);
  if (kind === 'uuid') return fakeUuid(cipher, value);
  const length = Math.min(HASH_LENGTH, column.lengthMax ?? HASH_LENGTH);
  if (kind !== 'text' || isList || length < HASH_LENGTH_MIN) return faked(cipher, column, value);
  return cipher.digest(`hash ${value}`).toString('hex').slice(0, length);
}

function faked(cipher: KeyedCipher, column: Sized, value: string): string {
  const {kind, isList} = typedOf(column);
  if (isList) return mapArray(value, (element) => faked(cipher, {...column, type: elementType(column)}, element));
  if (kind === 'number') return fakeNumber(cipher, value, column.type);
  if (kind === 'uuid') return fakeUuid(cipher, value);
  if (kind === 'network') return fakeNetwork(cipher, value, column.type);
  if (kind === 'bytes') return fakeBytes(cipher, value);
  if (kind === 'time') return roundedDown(value, 'year');
  return kind === 'json' ? fakeJson(cipher, value) : fakeText(cipher, value, column.lengthMax);
}

const elementType = ({type}: Sized): string => type.replace(/\[\]$/, '');

/** Each member by the default rule of its name, as if it were a column. */
const fakeJson = (cipher: KeyedCipher, document: string): string =>
  mapJson(
    document,
    ({key, value, isText}) => {
      const column = {name: key, type: isText ? 'text' : 'numeric', notNull: false, lengthMax: undefined};
      const disguise = defaultDisguise(column);
      return disguise?.kind === 'keep' ? value : (disguiseValue(cipher, column, disguise ?? {kind: 'fake'}, value) ?? '');
    },
    (key) => (isOwnName(key) ? key : fakeText(cipher, key)),
  );

/** Names that programs give: one to four words of one alphabet. A person's name is written so by chance at most. */
const isOwnName = (key: string): boolean => /^[a-z][a-zA-Z_]*$/.test(key) && wordsOf(key).length <= 4;

/** By the clone's key, so that the order of the rows tells nothing. */
function shuffled(cipher: KeyedCipher, column: string, values: readonly Value[]): Value[] {
  const drawn = values.map((value, i) => ({value, draw: cipher.digest(`shuffle ${column} ${i} ${value ?? ''}`).toString('hex')}));
  return drawn.toSorted((a, b) => (a.draw < b.draw ? -1 : 1)).map(({value}) => value);
}
