/**
 * What a column's type can become, best first: the first choice is taken unless the plan declares another one by its
 * `type:`. What is not here is refused by name. Each choice says by which conversion values travel, which of them it
 * would lose (with the condition that finds their rows on the source), and which values of the target end the way back.
 */
import type {MysqlColumn, MysqlSchema} from '../../model/mysql-schema.ts';
import {columnType, type MysqlType} from './column-type.ts';
import {INTEGERS, integerChoices} from './integer-types.ts';
import {textConditions} from './text-losses.ts';
import type {ConversionName, ValueShape} from './values.ts';
import type {Loss, TypeChoice as TypeChoiceOf} from '../type-choice.ts';

export type TypeChoice = TypeChoiceOf<ConversionName>;

type Flavour = MysqlSchema['flavour'];
type AskedColumn = Pick<MysqlColumn, 'type' | 'characterSet'>;

export type ColumnTypes = {readonly type: MysqlType; readonly choices: readonly TypeChoice[]; readonly shape: ValueShape};

/** Without choices: the type is known and refused, or not known at all. */
export const typesOf = (column: AskedColumn, flavour: Flavour = 'mysql'): ColumnTypes | undefined => {
  const type = columnType(column.type);
  if (!type) return undefined;
  const choices = type.name in INTEGERS ? integerChoices(type) : (TYPES[type.name]?.(type, column, flavour) ?? []);
  return {type, choices, shape: {digits: type.sizes[0] ?? (type.name === 'bit' ? 1 : 0), members: type.members}};
};

/** The choice of the plan, or the first; a refusal names what could be declared. */
export const chosenType = (
  column: AskedColumn,
  declared: string | undefined,
  flavour?: Flavour,
): {readonly choice: TypeChoice; readonly shape: ValueShape} | {readonly refused: string} => {
  const types = typesOf(column, flavour);
  if (!types?.choices.length) return {refused: `${column.type} has no type in PostgreSQL: only a transform can say what it means`};
  const {choices, shape} = types;
  const choice = choices.find((one) => (declared === undefined ? !one.isByPlanOnly : one.type === declared));
  const known = choices.map(({type}) => type).join(', ');
  return choice
    ? {choice, shape}
    : {refused: `${column.type} ${declared ? `cannot become ${declared}` : 'is not moved by itself'}; the plan may say type: ${known}`};
};

const TYPES: Readonly<Record<string, (type: MysqlType, column: Pick<MysqlColumn, 'characterSet'>, flavour: Flavour) => TypeChoice[]>> = {
  decimal: ({sizes: [digits = 10, scale = 0], isUnsigned}) => [
    {type: `numeric(${digits},${scale})`, conversion: 'same', losses: [], ...(isUnsigned ? {check: notNegative} : {}), stops: 'NaN'},
  ],
  float: ({isUnsigned}) => [float('real', isUnsigned), float('double precision', isUnsigned)],
  double: ({isUnsigned}) => [float('double precision', isUnsigned)],
  bit: ({sizes: [bits = 1]}) => [...(bits === 1 ? [exact('boolean', 'bit-flag')] : []), exact(`bit(${bits})`, 'bits')],
  year: () => [{...exact('smallint', 'year'), check: (c) => `${c} = 0 OR ${c} BETWEEN 1901 AND 2155`}],
  date: () => [{type: 'date', conversion: 'date', losses: [ZERO_DATES], stops: 'infinity, a year before 1 or after 9999'}],
  datetime: ({sizes: [digits = 0]}) => [
    {
      type: `timestamp(${digits}) without time zone`,
      conversion: 'datetime',
      losses: [ZERO_DATES],
      stops: 'infinity, a year before 1 or after 9999',
    },
    {
      type: `timestamp(${digits}) with time zone`,
      conversion: 'utc-datetime',
      losses: [ZERO_DATES],
      stops: 'infinity, a year before 1 or after 9999',
    },
  ],
  timestamp: ({sizes: [digits = 0]}) => [
    {
      type: `timestamp(${digits}) with time zone`,
      conversion: 'timestamp',
      losses: [ZERO_MOMENTS],
      stops: 'infinity, a time before 1970 or after 2038-01-19',
    },
  ],
  time: ({sizes: [digits = 0]}) => [
    {
      type: digits === 6 ? 'interval' : `interval(${digits})`,
      conversion: 'interval',
      losses: [],
      stops: 'an interval with days or months, or past 838:59:59',
    },
    {type: `time(${digits}) without time zone`, conversion: 'clock', losses: [OUTSIDE_DAY], stops: '24:00:00'},
  ],
  char: ({sizes: [length = 1]}, column) => [
    text(`character varying(${length || 1})`, 'char', column, length ? undefined : isEmpty),
    text('text', 'char', column, atMost(length)),
    ...(length === 36 ? [TEXT_UUID] : []),
  ],
  varchar: ({sizes: [length = 1]}, column) => [
    text(`character varying(${length || 1})`, 'text', column, length ? undefined : isEmpty),
    text('text', 'text', column, atMost(length)),
    ...(length === 36 ? [TEXT_UUID] : []),
  ],
  tinytext: (_, column) => [text('text', 'text', column, bytesAtMost(255))],
  text: (_, column) => [text('text', 'text', column, bytesAtMost(65_535))],
  mediumtext: (_, column) => [text('text', 'text', column, bytesAtMost(16_777_215))],
  longtext: (_, column) => [text('text', 'text', column)],
  binary: ({sizes: [bytes = 1]}) => [
    {...exact('bytea', 'same'), check: (c) => `octet_length(${c}) = ${bytes}`},
    ...(bytes === 16 ? [exact('uuid', 'bytes-uuid')] : []),
  ],
  varbinary: ({sizes: [bytes = 1]}) => [{...exact('bytea', 'same'), check: bytesAtMost(bytes)}],
  tinyblob: () => [{...exact('bytea', 'same'), check: bytesAtMost(255)}],
  blob: () => [{...exact('bytea', 'same'), check: bytesAtMost(65_535)}],
  mediumblob: () => [{...exact('bytea', 'same'), check: bytesAtMost(16_777_215)}],
  longblob: () => [exact('bytea', 'same')],
  enum: ({members}) => {
    const asText: TypeChoice = {
      type: 'text',
      conversion: 'enum',
      losses: [NO_MEMBER],
      check: (c) => `${c} IN (${members.map(literal).join(', ')})`,
    };
    const isTooLong = members.some((one) => Buffer.byteLength(one) > LABEL_BYTES_MAX);
    return isTooLong ? [asText] : [{type: 'enum', conversion: 'enum', losses: [NO_MEMBER]}, asText];
  },
  set: ({members}) => [
    {
      type: 'text[]',
      conversion: 'set',
      losses: [],
      check: (c) => `${c} <@ ARRAY[${members.map(literal).join(', ')}]::text[]`,
      stops: 'a member twice, NULL as a member, or members in another order than the definition has',
    },
  ],
  json: (_, __, flavour) => [
    {
      type: 'jsonb',
      losses: [JSON_TWINS, JSON_NUL],
      ...(flavour === 'mysql' ? {conversion: 'mysql-jsonb', stops: JSON_NUMBERS} : {conversion: 'jsonb'}),
    },
    {type: 'json', conversion: 'same', losses: []},
    {type: 'text', conversion: 'same', losses: []},
  ],
  uuid: () => [{...exact('uuid', 'uuid'), stops: 'one of version 8 and above that MariaDB refuses'}],
  inet4: () => [exact('inet', 'same')],
  inet6: () => [exact('text', 'same')],
  ...Object.fromEntries(
    ['geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection', 'vector'].map(
      (name) => [name, () => [BYTES_BY_PLAN]],
    ),
  ),
};

/** Its functions would be gone, so never by itself: SRID and WKB of a geometry, as the server keeps them (H-55). */
const BYTES_BY_PLAN: TypeChoice = {type: 'bytea', conversion: 'same', losses: [], isByPlanOnly: true};

/** PostgreSQL's limit for the label of an enum. */
const LABEL_BYTES_MAX = 63;

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const exact = (type: string, conversion: ConversionName): TypeChoice => ({type, conversion, losses: []});

const float = (type: string, isUnsigned: boolean): TypeChoice => ({
  type,
  conversion: type === 'real' ? 'real' : 'float',
  losses: [],
  ...(isUnsigned ? {check: notNegative} : {}),
  stops: 'NaN and infinity',
});

const text = (
  type: string,
  conversion: ConversionName,
  {characterSet}: Pick<MysqlColumn, 'characterSet'>,
  check?: (c: string) => string,
): TypeChoice => ({
  type,
  conversion,
  losses: textConditions(characterSet),
  ...(check ? {check} : {}),
  ...(characterSet?.startsWith('utf8mb4') ? {} : {stops: `a sign that ${characterSet ?? 'the character set'} does not have`}),
});

const notNegative = (c: string): string => `${c} >= 0`;
const isEmpty = (c: string): string => `${c} = ''`;
const atMost =
  (length: number) =>
  (c: string): string =>
    `char_length(${c}) <= ${length}`;
const bytesAtMost =
  (bytes: number) =>
  (c: string): string =>
    `octet_length(${c}) <= ${bytes}`;

const ZERO_DATES: Loss = {
  what: 'zero and impossible dates (H-39)',
  where: (c) =>
    `${c} IS NOT NULL AND (YEAR(${c}) = 0 OR MONTH(${c}) = 0 OR DAYOFMONTH(${c}) = 0 OR COALESCE(DAYOFMONTH(${c}) > DAYOFMONTH(LAST_DAY(CONCAT(LEFT(${c}, 8), '01'))), TRUE))`,
  becomes: 'NULL',
};
const ZERO_MOMENTS: Loss = {...ZERO_DATES, what: 'zero times (H-39)', where: (c) => `${c} = 0`};
const OUTSIDE_DAY: Loss = {
  what: 'times that are negative or not within a day (H-41)',
  where: (c) => `${c} < '00:00:00' OR ${c} >= '24:00:00'`,
  becomes: 'NULL',
};
const NO_MEMBER: Loss = {what: 'values that are no member (H-45)', where: (c) => `${c} + 0 = 0`, becomes: 'NULL'};
const JSON_NUL: Loss = {
  what: 'texts in JSON that jsonb cannot hold (H-46)',
  where: (c) => `CAST(${c} AS CHAR) REGEXP '\\\\\\\\u(0000|[dD][89a-fA-F][0-9a-fA-F][0-9a-fA-F])'`,
  becomes: 'NULL',
};
/** MariaDB keeps a number as it was written. */
const JSON_NUMBERS = 'a number in it that is no integer of 64 bits and not what MySQL prints of a DOUBLE';
/** MySQL has removed them itself; MariaDB keeps the text as it was written. */
const JSON_TWINS: Loss = {
  what: 'keys that are there twice (H-46)',
  where: undefined,
  becomes: 'the last of the equal keys',
};
const TEXT_UUID: TypeChoice = {
  type: 'uuid',
  conversion: 'text-uuid',
  losses: [
    {
      what: 'texts that are no uuid in lower case',
      where: (c) =>
        `NOT (${c} REGEXP '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' AND BINARY ${c} = BINARY LOWER(${c}))`,
      becomes: 'lower case, or NULL',
    },
  ],
};
