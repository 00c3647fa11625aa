/** What is made wrong from PostgreSQL to PostgreSQL, which keeps even the scale of a number and the sign of a zero. */
import {type TortureColumn, tortureColumns, setCell} from '../support/torture-table.ts';
import type {Recipes, Row} from './corruption.ts';
import {cell, different, number, update} from './recipe.ts';
import {sharedRecipes} from './shared-recipes.ts';

export const postgresRecipes: Recipes = {
  ...sharedRecipes,
  'negative zero': {
    tables: ['camp.items'],
    fits: (row) => number(row) % 3 === 0,
    make: ({row}) => ({statements: [update(row, 'ratio', `'-0'`)], expected: [different(row, 'ratio')]}),
  },
  'numeric scale': cell(
    ['camp.items', 'camp.stamps'],
    ({table}) => (table === 'camp.stamps' ? 'value' : 'amount'),
    `($::text || CASE WHEN $::text LIKE '%.%' THEN '0' ELSE '.0' END)::numeric`,
  ),
  'another value of the type': {
    tables: ['camp.torture'],
    make({row, chance}) {
      const column = chance.pick(tortureColumns);
      return {
        // Some of a type's values are the same to it, so the first that is another is taken.
        statements: [anotherValue(row, column, chance.below(column.values.length + 1))],
        expected: [different(row, column.name)],
      };
    },
  },
  // Any change of a cell will do.
  'not in the source’s log': {...sharedRecipes['stale large text'], on: 'source'},
};

const anotherValue = (row: Row, column: TortureColumn, from: number): string => {
  const tries = Array.from({length: column.values.length + 1}, (_, i) => (from + i) % (column.values.length + 1));
  const name = `"${column.name.replaceAll('"', '""')}"`;
  const read = `SELECT ${name}::text FROM camp.torture WHERE id = ${row.key[0]}`;
  const each = tries.map((n) => `${setCell(Number(row.key[0]), column, n)}; IF (${read}) IS DISTINCT FROM was THEN RETURN; END IF;`);
  return `DO $do$ DECLARE was text := (${read}); BEGIN ${each.join('\n')} RAISE 'no other value'; END $do$`;
};
