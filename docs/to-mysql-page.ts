/** `docs/to-mysql.md`: what the types, operators and functions of PostgreSQL become, from the tables that the conversion itself uses. */
import {FUNCTIONS} from '../src/mapping/postgres-to-mysql/functions.ts';
import {OPERATORS} from '../src/mapping/postgres-to-mysql/operators.ts';
import {COLLATIONS} from '../src/mapping/postgres-to-mysql/table-script.ts';
import {choicesOf, type FlavourName, type TypedColumn} from '../src/mapping/postgres-to-mysql/types.ts';
import {cells, code, row} from './mysql-page.ts';

/** One of each, as the catalogue prints them, with what the plan could declare where a length is free. */
const TYPES: readonly (TypedColumn & {readonly declared?: string})[] = [
  ...['smallint', 'integer', 'bigint', 'numeric(10,2)'].map((type) => ({type})),
  {type: 'numeric', declared: 'decimal(20,5)'},
  ...['real', 'double precision', 'boolean', 'character varying(20)'].map((type) => ({type})),
  {type: 'text', declared: 'varchar(200)'},
  {type: 'character(10)'},
  {type: 'bytea', declared: 'varbinary(200)'},
  ...['date', 'timestamp without time zone', 'timestamp(3) with time zone', 'time without time zone', 'interval'].map((type) => ({type})),
  ...['json', 'jsonb', 'uuid', 'inet', 'cidr', 'macaddr', 'macaddr8', 'bit(8)', 'bit varying(8)'].map((type) => ({type})),
  {type: 'an enum', base: 'enum'},
  {type: 'a domain over integer', base: 'integer'},
  ...['time with time zone', 'text[]', 'int4range', 'a composite type', 'tsvector', 'xml', 'point', 'hstore', 'money', 'regclass'].map(
    (type) => ({
      type,
    }),
  ),
];

export const toMysqlPage = (): string =>
  [
    '# PostgreSQL to MySQL and MariaDB',
    '',
    '<!-- Written by `npm run docs` from src/mapping/postgres-to-mysql. Edit that. -->',
    '',
    'What is not on this page is not converted: it is listed by name, with its own text, before anything starts.',
    'A worked plan: [plans/postgres-to-mysql.yaml](../plans/postgres-to-mysql.yaml).',
    '',
    '## What the target is like',
    '',
    `- Texts are \`utf8mb4\` under \`${COLLATIONS.mysql}\` (MySQL) or \`${COLLATIONS.mariadb}\` (MariaDB): every byte counts, case, accents and spaces at`,
    '  the end too, so that what was unique stays unique and what was two stays two. A key of the source that folds case is refused.',
    '- A schema becomes a database of its name. Names of columns that differ in case only, and labels of an enum that end in a space, are refused.',
    '- An index holds 3072 bytes, four for each sign: a `text` in a key, a unique index or a foreign key is refused until the plan declares',
    '  `varchar(n)`, with n of 768 at the most. An index that is not unique gets the first signs, with a warning.',
    '- `timestamptz` is a `datetime` in UTC, whatever the zone of a session: applications write `UTC_TIMESTAMP()` there, as defaults do.',
    '- One column numbers the rows of a table (`AUTO_INCREMENT`), of an identity or of a sequence of its own. `gen_random_uuid()` is `UUID()`,',
    '  whose values can be guessed.',
    '- Partial indexes, indexes without an equal (GIN, GiST, BRIN), expressions in indexes on MariaDB, views, functions and triggers stay',
    '  behind with a warning. A unique index of that kind, `NULLS NOT DISTINCT`, exclusion, policies and rules are refused, until',
    '  `conversion.accept` of the plan names them. Partitions become one table.',
    '- Foreign keys and unique constraints are checked at each row: one that is deferrable gets a warning. CASCADE and SET NULL are refused on',
    '  MariaDB, and have to be logged by MySQL (9.6 or later): else nothing that they do would come back (H-19).',
    '',
    '## Types',
    '',
    'The first is taken unless the mapping of the plan declares another one as the `type` of the column. A value under "lost" is',
    'refused when it is met, unless the plan allows loss; a value under "ends the way back" can only be written on the target.',
    '`longtext` "if the plan says so" keeps PostgreSQL\'s own text of the value, exactly; such a column can be no key. The lengths of',
    "`varchar`, `varbinary` and `decimal` are free where they are no part of the source's type.",
    '',
    row(['type', 'becomes', 'kept within', 'lost', 'ends the way back']),
    row(['---', '---', '---', '---', '---']),
    ...TYPES.flatMap((type) => lines(type)),
    '',
    '## Operators',
    '',
    row(['PostgreSQL', 'MySQL and MariaDB']),
    row(['---', '---']),
    ...Object.values(OPERATORS).map(({postgres, mysql}) => row([code(postgres), mysql])),
    row([code('a = ANY (ARRAY[b, …])'), 'a IN (b, …)']),
    row([code('a <> ALL (ARRAY[b, …])'), 'a NOT IN (b, …)']),
    row([code('CASE WHEN a THEN b … END'), 'the same, of one kind of value']),
    row([code('a::type'), 'where it leaves the value as it is']),
    '',
    'Texts and labels are compared for equality only, because they have another order there. Division is not among these: `/` of integers',
    'cuts here and does not there, and what is divided by zero is an error here and NULL there.',
    '',
    '## Functions',
    '',
    row(['PostgreSQL', 'MySQL and MariaDB']),
    row(['---', '---']),
    ...[...new Set(Object.values(FUNCTIONS))].map(({postgres, mysql}) => row([code(postgres), mysql])),
    row([code('now(), CURRENT_TIMESTAMP, CURRENT_DATE, gen_random_uuid()'), 'as defaults']),
    '',
  ].join('\n');

/** Choices that only MariaDB has, or has in another way, stand by themselves. */
const lines = ({declared, ...column}: (typeof TYPES)[number]): string[] => {
  const of = (flavour: FlavourName): string[] => choicesOf(column, flavour, declared).map((choice) => row(['', ...cells(choice)]));
  const [mysql, mariadb] = [of('mysql'), of('mariadb')];
  const own = mariadb.filter((line) => !mysql.includes(line)).map((line) => line.replace(/^\|  \| (`[^`]*`)/, '|  | $1 on MariaDB'));
  const all = [...mysql, ...own];
  return (all.length ? all : [row(['', 'nothing: only a transform can say what it means', '', '', ''])]).map((line, i) =>
    i ? line : line.replace('|  |', `| \`${column.type}\` |`),
  );
};
