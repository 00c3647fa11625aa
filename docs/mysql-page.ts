/** `docs/mysql.md`: what the types, operators and functions of MySQL become, from the tables that the conversion itself uses. */
import {AGGREGATES} from '../src/mapping/mysql-to-postgres/aggregates.ts';
import {FUNCTION_RULES} from '../src/mapping/mysql-to-postgres/functions.ts';
import {OPERATORS} from '../src/mapping/mysql-to-postgres/operators.ts';
import {type TypeChoice, typesOf} from '../src/mapping/mysql-to-postgres/types.ts';
import {WINDOW_FUNCTIONS} from '../src/mapping/mysql-to-postgres/windows.ts';

/** One of each, as the catalogue prints them. */
const TYPES = [
  ...[
    'tinyint(4)',
    'tinyint(1)',
    'tinyint unsigned',
    'smallint',
    'smallint unsigned',
    'mediumint',
    'mediumint unsigned',
    'int',
    'int unsigned',
  ],
  ...[
    'bigint',
    'bigint unsigned',
    'decimal(10,2)',
    'float',
    'double',
    'bit(1)',
    'bit(8)',
    'year(4)',
    'date',
    'datetime(6)',
    'timestamp',
    'time',
  ],
  ...[
    'char(10)',
    'char(36)',
    'varchar(10)',
    'tinytext',
    'text',
    'mediumtext',
    'longtext',
    'binary(16)',
    'varbinary(10)',
    'tinyblob',
    'blob',
  ],
  ...['mediumblob', 'longblob', "enum('a','b')", "set('a','b')", 'json', 'uuid', 'inet4', 'inet6', 'point', 'vector(3)'],
];

export const mysqlPage = (): string =>
  [
    '# MySQL and MariaDB to PostgreSQL',
    '',
    '<!-- Written by `npm run docs` from src/mapping/mysql-to-postgres. Edit that. -->',
    '',
    'What is not on this page is not converted: it is listed by name, with its own text, before anything starts.',
    'The other way, from PostgreSQL: [PostgreSQL to MySQL and MariaDB](to-mysql.md).',
    '',
    '## Types',
    '',
    'The first is taken unless the mapping of the plan declares another one as the `type` of the column. A value under "lost" is',
    'refused when it is met, unless the plan allows loss; a value under "ends the way back" can only be written on the target.',
    'With `conversion: {zeroDates: nullable}` dates and times that are NOT NULL, and in no key, take NULL on the target: it stands for',
    'their zero dates, comes back as one, and nothing is lost.',
    '',
    row(['type', 'becomes', 'kept within', 'lost', 'ends the way back']),
    row(['---', '---', '---', '---', '---']),
    ...TYPES.flatMap((type) => [...typeRows(type), ...(type === 'json' ? typeRows(type, 'mariadb') : [])]),
    '',
    '## Partitions',
    '',
    'Rows of `RANGE`, `RANGE COLUMNS`, `LIST` and `LIST COLUMNS` lie in the same partitions, named `table_partition`; of `HASH` and `KEY`, linear or',
    'not, their number is kept. PostgreSQL has no primary key where a partition key is an expression, so `YEAR(c)`, `TO_DAYS(c)` and',
    '`UNIX_TIMESTAMP(c)` become bounds of the column itself. NULL lies below everything in MySQL, and in the default partition (`table_null`)',
    'on PostgreSQL. A table is one, with a warning and the reason, where its key is another expression, a range of texts, a list over several columns,',
    'or has texts whose case or accents do not count; subpartitions are not made, their partitions are.',
    '',
    '## Operators',
    '',
    'Texts compare as the collation of their column does: under a collation of ICU where case or accents do not count, and without',
    'the spaces at their end where those do not count.',
    '',
    row(['MySQL', 'PostgreSQL']),
    row(['---', '---']),
    ...Object.values(OPERATORS).map(({mysql, postgres}) => row([code(mysql), postgres])),
    row([code('a + INTERVAL n unit'), 'a + make_interval(...), of SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR']),
    row([code('CASE … END'), 'the same']),
    row([code('CAST(a AS type)'), 'of CHAR, SIGNED, DECIMAL, DOUBLE, DATE, DATETIME; BINARY for comparing texts']),
    '',
    '## Functions',
    '',
    row(['MySQL', 'PostgreSQL']),
    row(['---', '---']),
    ...FUNCTION_RULES.map(({mysql, postgres}) => row([code(mysql), postgres])),
    '',
    '## Views',
    '',
    'Joins, derived tables, subqueries (of one value, EXISTS, IN), GROUP BY, HAVING, UNION, ORDER BY and LIMIT x, y become the same. Texts are',
    'grouped and ordered as their collation says, and of a group the least is shown; NULL comes first. Every view is tried on the target:',
    'what it does not take, or what is not on this page (a function of the source, WITH RECURSIVE, a window with a name, ROLLUP, DISTINCT and UNION of',
    'texts whose case or last spaces do not count), stays behind with a warning and its text. A WITH is written out where it is read.',
    '',
    row(['MySQL', 'PostgreSQL']),
    row(['---', '---']),
    ...Object.values(AGGREGATES).map(({mysql, postgres}) => row([code(mysql), postgres])),
    ...Object.values(WINDOW_FUNCTIONS).map(({mysql, postgres}) => row([code(mysql), postgres])),
    row([code('AVG, COUNT, MAX, MIN, SUM(a) OVER (…)'), 'the same as without a window']),
    '',
    '## Tried on public schemas',
    '',
    'There, back and there again, every row that was there compared, by a plan with `schema: {kind: convert}`. The rows are the public ones',
    'for Sakila; for the others, whose schemas come without rows, they were made up:',
    '',
    '- Sakila (16 tables, 7 views, MySQL 9.7): geometry wants `type: bytea`, and the six triggers are dropped until the end; five views show',
    '  the same rows, `actor_info` and `sales_by_store` stay behind. On MariaDB 22 foreign keys that cascade are refused by name (H-19).',
    '- Employees (6 tables of which two have 19 partitions, 4 views, MySQL 9.7): nothing is refused; the two views that call functions stay behind.',
    '- WordPress (18 tables, MySQL 9.7 and MariaDB 10.11, to PostgreSQL 18 and 15): `zeroDates: nullable`. MediaWiki 1.39 (53 of 58 tables, MySQL 9.7): four tables',
    '  without a key and one of MyISAM are refused by name, and excluded.',
    '',
  ].join('\n');

const typeRows = (type: string, flavour: 'mysql' | 'mariadb' = 'mysql'): string[] =>
  (typesOf({type, characterSet: 'utf8mb4'}, flavour)?.choices ?? []).map((choice, i) =>
    row([i ? '' : `${code(type)}${flavour === 'mysql' ? '' : ' of MariaDB'}`, ...cells(choice)]),
  );

export const cells = ({type, check, losses, stops, isByPlanOnly}: Omit<TypeChoice, 'conversion'>): string[] => [
  `\`${type}\`${isByPlanOnly ? ' if the plan says so' : ''}`,
  check ? `\`${check('c')}\`` : '',
  losses.map(({what, becomes}) => `${what}: ${becomes}`).join('; '),
  stops ?? '',
];

export const code = (text: string): string => `\`${text}\``;
export const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
