/** Corruptions that every pair of engines can suffer, on a target that is PostgreSQL. */
import type {Choice, Recipes, Row} from './corruption.ts';
import {both, cell, hasLargeBody, literal, number, swapped, update, where} from './recipe.ts';
import {shapes} from './tables.ts';

/** The same bit of the same byte of two cells of one length: an XOR of CRCs stays what it was. */
const flip = `overlay($ placing chr(ascii(substr($, 3, 1)) # 1) from 3 for 1)`;

export const sharedRecipes = {
  'stale large text': cell(['camp.items', 'camp.tokens'], 'body', `md5($) || substr($, 33)`, hasLargeBody),
  'lost insert': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens', 'camp.torture'],
    make: ({row}) => ({statements: [`DELETE FROM ${row.table} WHERE ${where(row)}`], expected: [{...row, kind: 'missing', columns: []}]}),
  },
  'lost delete': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make(choice) {
      const extra = extraOf(choice);
      const {others, key} = shapes[choice.row.table];
      const values = [...extra.key.map(literal), ...others].join(', ');
      const into = `INSERT INTO ${extra.table} (${[...key, ...others].join(', ')})`;
      return {
        statements: [`${into} SELECT ${values} FROM ${choice.row.table} WHERE ${where(choice.row)}`],
        expected: [{...extra, kind: 'extra', columns: []}],
      };
    },
  },
  'swapped values': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make: (choice) => swapped(choice.row.table === 'camp.stamps' ? 'word' : 'label')(choice),
  },
  'pair that cancels in a CRC': {
    tables: ['camp.items', 'camp.stamps', 'camp.tokens'],
    make({row, partner}) {
      const column = row.table === 'camp.stamps' ? 'word' : 'label';
      const to = flip.replaceAll('$', column);
      return both(row, partner, column, [update(row, column, to), update(partner, column, to)]);
    },
  },
  'trailing space': cell(['camp.items', 'camp.stamps'], 'word', `$ || ' '`),
  'time-zone shift': cell(['camp.items', 'camp.tokens'], 'made', `$ + interval '1 hour'`),
  'local time taken for UTC': cell(['camp.items'], 'seen', `$ at time zone 'Asia/Kathmandu' at time zone 'UTC'`),
  'NULL for empty': cell(['camp.items'], 'note', `CASE WHEN $ IS NULL THEN '' END`, (row) => number(row) % 4 < 2),
} satisfies Recipes;

/** A key that nobody has: between two rows, or where the row stands at an end, beyond it. */
const extraOf = ({row, n}: Choice): Row => {
  const [first = '', second = ''] = row.key;
  if (row.table === 'camp.stamps') return {...row, key: [first, String(Number(second) + 1_000_000 + n)]};
  if (row.table === 'camp.tokens') return {...row, key: [`${first.slice(0, -4)}${(0x1000 + n).toString(16).slice(-4)}`]};
  return {...row, key: [String(Number(first) + (first === '10' ? -100_000 - n : 3))]};
};
