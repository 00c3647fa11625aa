/**
 * What is made wrong from MySQL to PostgreSQL: beside what every pair suffers, what conversions and tools between the two have lost.
 * The sign of a zero is not kept between them (decision 23), and the scale of a number is its column's, so neither can be wrong.
 */
import type {Recipes} from './corruption.ts';
import {hashOf, MYSQL_TYPES, mysqlWhere} from './mysql-tables.ts';
import {cell, different, hasLargeBody, number, where} from './recipe.ts';
import {sharedRecipes} from './shared-recipes.ts';
import {TORTURE} from './tables.ts';

export const mysqlRecipes: Recipes = {
  ...sharedRecipes,
  'rounded decimal': cell(['camp.items', 'camp.stamps'], ({table}) => (table === 'camp.stamps' ? 'value' : 'amount'), 'round($, 9)'),
  'rounded double': cell(['camp.items'], 'ratio', '$::real', (row) => number(row) % 3 !== 0 && number(row) % 7 !== 0),
  'fraction of a second lost': cell(['camp.items', 'camp.tokens'], 'made', `date_trunc('second', $)`),
  // The source's own collation takes both for one text.
  'another case': cell(['camp.items', 'camp.stamps'], 'word', 'upper($)'),
  'an accent in another spelling': cell(['camp.items'], 'note', 'normalize($, NFD)', (row) => number(row) % 4 >= 2),
  'lost member of a SET': cell(['camp.items'], 'tags', `array_remove($, 'b')`),
  'another value of the type': {
    tables: ['camp.torture'],
    make({row, chance}) {
      const {name} = chance.pick(MYSQL_TYPES);
      const others = `SELECT other.${name} FROM camp.torture AS other WHERE other.${name} IS DISTINCT FROM mine.${name}`;
      const first = `ORDER BY (other.id + ${chance.below(TORTURE)}) % ${TORTURE} LIMIT 1`;
      return {
        statements: [`UPDATE camp.torture AS mine SET ${name} = (${others} ${first}) WHERE ${where(row)}`],
        expected: [different(row, name)],
      };
    },
  },
  'not in the source’s log': {
    on: 'source',
    tables: ['camp.items', 'camp.tokens'],
    fits: hasLargeBody,
    make: ({row}) => ({
      statements: [`UPDATE ${row.table} SET body = concat(${hashOf('body')}, substr(body, 33)) WHERE ${mysqlWhere(row)}`],
      expected: [different(row, 'body')],
    }),
  },
};
