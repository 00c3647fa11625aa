/**
 * What a column's type can become, best first: the first choice is taken unless the plan declares another one by its
 * `type:`. What has no choice that is taken by itself is refused by name, and the plan may say `longtext` for whatever
 * PostgreSQL writes as one exact text. Types are named as the catalogue of MySQL prints them.
 */
import type {Column} from '../../model/table.ts';
import {columnType, type PostgresType} from './column-type.ts';
import {LEVELS_MAX} from './json-text.ts';
import type {ConversionName, ValueShape} from './values.ts';
import type {Loss, TypeChoice as ChoiceOf} from '../type-choice.ts';

export type FlavourName = 'mysql' | 'mariadb';

export type TypeChoice = ChoiceOf<ConversionName> & {readonly shape: ValueShape};

/** `base`: of a domain the type that it restricts, of an enum `enum`. */
export type TypedColumn = Pick<Column, 'type' | 'base'>;

/** All that the plan may declare; `declared` itself is among them where its length is free. */
export const choicesOf = (column: TypedColumn, flavour: FlavourName, declared?: string): readonly TypeChoice[] => {
  const type = columnType(column.base ?? column.type);
  const own = Object.hasOwn(TYPES, type.name) ? (TYPES[type.name]?.(type, flavour) ?? []) : [];
  const sized = declared === undefined ? [] : (SIZED[type.name]?.(columnType(declared)) ?? []);
  const isText = !TEXTS_OF_OTHERS.test(type.name) && own.every(({isByPlanOnly}) => isByPlanOnly);
  return [...own, ...sized.filter(({type}) => own.every((one) => one.type !== type)), ...(isText ? [AS_TEXT] : [])];
};

/** The choice of the plan, or the first; a refusal names what could be declared. */
export const chosenType = (
  column: TypedColumn,
  flavour: FlavourName,
  declared: string | undefined,
): {readonly choice: TypeChoice} | {readonly refused: string} => {
  const choices = choicesOf(column, flavour, declared);
  const choice = choices.find((one) => (declared === undefined ? !one.isByPlanOnly : one.type === declared));
  if (choice) return {choice};
  if (!choices.length) return {refused: `${column.type} has no type in MySQL: only a transform can say what it means`};
  const known = [...choices.map(({type}) => type), ...(SIZED_NAMES[columnType(column.base ?? column.type).name] ?? [])].join(', ');
  return {refused: `${column.type} ${declared ? `cannot become ${declared}` : 'is not moved by itself'}; the plan may say type: ${known}`};
};

/** MariaDB prints integers with a width. */
export const shownType = (type: string, flavour: FlavourName): string => (flavour === 'mariadb' ? (WIDTHS[type] ?? type) : type);

const WIDTHS: Readonly<Record<string, string>> = {smallint: 'smallint(6)', int: 'int(11)', bigint: 'bigint(20)'};

const NO_SHAPE: ValueShape = {digits: 0, length: 0};

const exact = (type: string, conversion: ConversionName = 'same', shape: Partial<ValueShape> = {}): TypeChoice => ({
  type,
  conversion,
  losses: [],
  shape: {...NO_SHAPE, ...shape},
});

/** Its operators would be gone, so never by itself. */
const AS_TEXT: TypeChoice = {
  ...exact('longtext'),
  isByPlanOnly: true,
  stops: 'a text that is none of the type, or another spelling of one',
};

/** Their text holds numbers of one catalogue, or depends on a setting of the session. */
const TEXTS_OF_OTHERS = /^(?:reg[a-z]+|oid|oidvector|money|aclitem|pg_\w+|cid|xid8?|tid)(?:\[\])*$/;

/** Bytes of an unpacked row of InnoDB, four to a sign. */
const VARCHAR_MAX = 16_383;
const VARBINARY_MAX = 65_532;

const TYPES: Readonly<Record<string, (type: PostgresType, flavour: FlavourName) => readonly TypeChoice[]>> = {
  smallint: () => [exact('smallint'), wider('int', 'smallint'), wider('bigint', 'smallint')],
  integer: () => [exact('int'), wider('bigint', 'integer')],
  bigint: () => [exact('bigint')],
  numeric: ({sizes: [digits, scale = 0]}) => (digits === undefined ? [] : decimal(digits, scale)),
  real: () => [float('float', 'real'), float('double', 'real')],
  'double precision': () => [float('double', 'float')],
  boolean: () => [{...exact('tinyint(1)', 'flag'), check: (c) => `${c} IN (0, 1)`}, exact('bit(1)', 'bit-flag')],
  text: () => [longText()],
  'character varying': ({sizes: [length]}) => (length === undefined ? [longText()] : varying(length)),
  character: ({sizes: [length = 1]}) =>
    length <= CHAR_MAX
      ? [exact(`char(${length})`, 'bpchar', {length})]
      : length <= VARCHAR_MAX
        ? [exact(`varchar(${length})`, 'bpchar', {length})]
        : [],
  bytea: () => [exact('longblob')],
  date: () => [{...exact('date', 'date'), losses: [FAR_DATES], stops: ZERO}],
  'timestamp without time zone': ({sizes: [digits = 6]}) => [
    {...exact(timed('datetime', digits), 'datetime', {digits}), losses: [FAR_TIMES], stops: ZERO},
  ],
  'timestamp with time zone': ({sizes: [digits = 6]}) => [
    {...exact(timed('datetime', digits), 'utc-datetime', {digits}), losses: [FAR_TIMES], stops: ZERO},
    {...exact(timed('timestamp', digits), 'timestamp', {digits}), losses: [PAST_TIMESTAMP], stops: ZERO},
  ],
  'time without time zone': ({sizes: [digits = 6]}) => [
    {...exact(timed('time', digits), 'clock', {digits}), check: (c) => `${c} BETWEEN '00:00:00' AND '24:00:00'`},
  ],
  interval: ({sizes: [digits = 6]}) => [
    {...exact(timed('time', digits), 'interval', {digits}), losses: [LONG_INTERVALS], isByPlanOnly: true},
  ],
  json: (_, flavour) => [longText(), {...jsonb(flavour), losses: [JSON_FORM, JSON_TWINS, ...jsonb(flavour).losses]}],
  jsonb: (_, flavour) => [jsonb(flavour), AS_TEXT],
  uuid: (_, flavour) => [
    {...exact('char(36)', 'text-uuid'), check: (c) => `${c} REGEXP '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'`},
    exact('binary(16)', 'bytes-uuid'),
    ...(flavour === 'mariadb' ? [{...exact('uuid'), losses: [OTHER_UUIDS]}] : []),
  ],
  inet: () => [spelled(49)],
  cidr: () => [spelled(49)],
  macaddr: () => [spelled(17)],
  macaddr8: () => [spelled(23)],
  bit: ({sizes: [bits = 1]}) => (bits <= BITS_MAX ? [exact(`bit(${bits})`, 'bits', {digits: bits})] : []),
  'bit varying': ({sizes: [bits]}) =>
    bits !== undefined && bits <= VARCHAR_MAX ? [{...exact(`varchar(${bits})`), check: (c) => `${c} REGEXP '^[01]*$'`}] : [],
  enum: () => [exact('enum'), {...exact(`varchar(${LABEL_MAX})`), stops: 'a text that is no label'}],
};

/** MySQL's own limits. */
const CHAR_MAX = 255;
const BITS_MAX = 64;
/** Signs of a label, by PostgreSQL's limit. */
const LABEL_MAX = 63;
const DIGITS_MAX = 65;
const SCALE_MAX = 30;

/** Types whose length the plan chooses, and what they may be declared as. */
const SIZED: Readonly<Record<string, (wanted: PostgresType) => readonly TypeChoice[]>> = {
  text: (wanted) => shortText(wanted),
  'character varying': (wanted) => shortText(wanted),
  bytea: ({name, sizes: [length = 0]}) =>
    name === 'varbinary' && length >= 1 && length <= VARBINARY_MAX
      ? [{...exact(`varbinary(${length})`, 'short-bytes', {length}), losses: [longer(`bytes`, length, (c) => `octet_length(${c})`)]}]
      : [],
  numeric: ({name, sizes: [digits = 0, scale = 0]}) =>
    name === 'decimal' && digits >= 1 && digits <= DIGITS_MAX && scale <= Math.min(digits, SCALE_MAX)
      ? [
          {
            ...exact(`decimal(${digits},${scale})`, 'any-decimal', {digits: scale, length: digits - scale}),
            losses: [outsideDecimal(digits, scale), ZEROS],
          },
        ]
      : [],
};
const SIZED_NAMES: Readonly<Record<string, readonly string[]>> = {
  text: ['varchar(n)'],
  'character varying': ['varchar(n)'],
  bytea: ['varbinary(n)'],
  numeric: ['decimal(p,s)'],
};

function decimal(digits: number, scale: number): TypeChoice[] {
  const isHeld = digits <= DIGITS_MAX && scale >= 0 && scale <= Math.min(SCALE_MAX, digits);
  return isHeld ? [{...exact(`decimal(${digits},${scale})`, 'decimal'), losses: [NAN]}] : [];
}

const wider = (type: string, from: string): TypeChoice => ({...exact(type), stops: `a number that ${from} cannot hold`});

const float = (type: string, conversion: ConversionName): TypeChoice => ({...exact(type, conversion), losses: [NO_NUMBERS, NEGATIVE_ZERO]});

/** A date or time that is none can be written with settings that we do not set (H-39). */
const ZERO = 'zero and impossible dates';

const timed = (name: string, digits: number): string => (digits ? `${name}(${digits})` : name);

function longText(): TypeChoice {
  return {...exact('longtext', 'text'), stops: NUL};
}

const NUL = 'a NUL in a text';

function varying(length: number): TypeChoice[] {
  const long = {...longText(), check: (c: string) => `char_length(${c}) <= ${length}`};
  return length <= VARCHAR_MAX ? [{...exact(`varchar(${length})`, 'text'), stops: NUL}, long] : [long];
}

function shortText({name, sizes: [length = 0]}: PostgresType): TypeChoice[] {
  if (name !== 'varchar' || length < 1 || length > VARCHAR_MAX) return [];
  return [
    {
      ...exact(`varchar(${length})`, 'short-text', {length}),
      losses: [longer('signs', length, (c) => `char_length(${c})`)],
      stops: NUL,
    },
  ];
}

const spelled = (length: number): TypeChoice => ({
  ...exact(`varchar(${length})`),
  stops: 'a text that is none of the type, or another spelling of one',
});

/** MariaDB keeps JSON as the text that it is, with a check of its form. */
const jsonb = (flavour: FlavourName): TypeChoice =>
  flavour === 'mariadb'
    ? {...exact('json', 'json-text'), losses: [deepJson(flavour)], stops: JSON_STOPS}
    : {...exact('json', 'json'), losses: [LONG_NUMBERS, deepJson(flavour)], stops: JSON_STOPS};

const JSON_STOPS = 'a key that is there twice, or a NUL in a text of the document';

const becomesNull = (what: string, where: Loss['where']): Loss => ({what, where, becomes: 'NULL'});

/** Seen on 10.11 and 11.8: `e0305651-ffe4-8fff-8000-00190000000a`. */
const OTHER_UUIDS: Loss = {what: 'uuids of no version that MariaDB knows', where: undefined, becomes: 'refused in any case'};
const NAN = becomesNull('NaN', (c) => `${c} = 'NaN'`);
const NO_NUMBERS = becomesNull('NaN and infinity', (c) => `${c} IN ('NaN', 'Infinity', '-Infinity')`);
const NEGATIVE_ZERO: Loss = {what: 'the sign of a zero (H-36)', where: undefined, becomes: '0'};
const FAR_DATES = becomesNull('infinity and years before 1 or after 9999', (c) => outside(c, "'0001-01-01'", "'9999-12-31'"));
const FAR_TIMES = becomesNull('infinity and years before 1 or after 9999', (c) =>
  outside(c, "'0001-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'"),
);
const PAST_TIMESTAMP = becomesNull('times before 1970 or after 2038-01-19', (c) =>
  outside(c, "'1970-01-01 00:00:01+00'", "'2038-01-19 03:14:07.999999+00'"),
);
const LONG_INTERVALS = becomesNull(
  'intervals with days, months or years, or past 838 hours',
  (c) =>
    `extract(DAY FROM ${c}) <> 0 OR extract(MONTH FROM ${c}) <> 0 OR extract(YEAR FROM ${c}) <> 0 OR abs(extract(HOUR FROM ${c})) > 838`,
);
const LONG_NUMBERS = becomesNull('numbers in JSON with more digits than a double has', undefined);
const deepJson = (flavour: FlavourName): Loss => becomesNull(`JSON with more than ${LEVELS_MAX[flavour]} levels`, undefined);
const JSON_FORM: Loss = {what: 'spaces and the order of keys in JSON', where: undefined, becomes: 'the same document'};
const JSON_TWINS: Loss = {what: 'keys that are there twice (H-46)', where: undefined, becomes: 'the last of the equal keys'};
const ZEROS: Loss = {what: 'zeros at the end of a fraction', where: undefined, becomes: 'the same number'};

const outside = (c: string, first: string, last: string): string => `${c} < ${first} OR ${c} > ${last}`;

const longer = (unit: string, length: number, count: (c: string) => string): Loss =>
  becomesNull(`values with more than ${length} ${unit}`, (c) => `${count(c)} > ${length}`);

const outsideDecimal = (digits: number, scale: number): Loss =>
  becomesNull(
    `numbers that decimal(${digits},${scale}) cannot hold`,
    (c) => `${c} IN ('NaN', 'Infinity', '-Infinity') OR abs(${c}) >= 1e${digits - scale} OR round(${c}, ${scale}) <> ${c}`,
  );
