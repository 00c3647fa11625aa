/** Functions of texts. Places and counts that have to be known when the SQL is written are refused where they are not. */
import type {FunctionRule} from './functions.ts';
import {NotUnderstood} from '../token-reader.ts';
import {asNumber, asText, type Scope, type TypedSql} from './typed-sql.ts';

/** The database's own collation may know the letters of ASCII only. */
const LETTERS = '"und-x-icu"';
const MANY = 1000;
const NOTHING: TypedSql = {sql: 'NULL', kind: 'null'};
const text = (sql: string): TypedSql => ({sql, kind: 'text'});
const integer = (sql: string): TypedSql => ({sql, kind: 'integer', scale: 0});
const texts = (values: readonly TypedSql[], scope: Scope): string[] => values.map((value) => asText(value, scope).sql);
const whole = (value: TypedSql | undefined): string => {
  if (value?.kind === 'null') return 'NULL::integer';
  const found = asNumber(value ?? NOTHING);
  if (found.kind !== 'integer') throw new NotUnderstood(`a ${found.kind} where an integer is needed`);
  return found.literal === undefined ? `(${found.sql})::integer` : found.sql;
};

/** Signs to take: none below zero, where PostgreSQL would count from the end, and NULL where the number is NULL. */
const signs = (value: TypedSql | undefined): string => {
  const count = whole(value);
  if (value?.literal !== undefined) return `greatest(${count}, 0)`;
  return `(CASE WHEN ${count} < 0 THEN 0 ELSE ${count} END)`;
};

/** A text by a function of texts; how it compares is what its first text says. */
const textual = (mysql: string, takes: FunctionRule['takes'], postgres: string, write: (...texts: string[]) => string): FunctionRule => ({
  mysql,
  postgres,
  takes,
  write: (values, scope) => {
    const [first] = values;
    return {
      ...text(write(...texts(values, scope))),
      ...(first?.fold ? {fold: first.fold} : {}),
      ...(first?.pads ? {pads: first.pads} : {}),
    };
  },
});

/** Case counts where the collation says so. */
const exactOnly = (name: string, values: readonly TypedSql[]): void => {
  if (values.some(({fold}) => fold)) throw new NotUnderstood(`${name} of a text whose case does not count`);
};

const position = (mysql: string, [of, inside]: readonly [number, number]): FunctionRule => ({
  mysql,
  postgres: 'strpos(b, a); only where case counts',
  takes: [2],
  write: (values, scope) => {
    exactOnly('LOCATE', values);
    const shown = texts(values, scope);
    return integer(`strpos(${shown[inside]}, ${shown[of]})`);
  },
});

/** For a count that is written out: parts from the left, or from the right where it is negative. */
const substringIndex: FunctionRule = {
  mysql: 'SUBSTRING_INDEX(a, b, n)',
  postgres: 'split_part(a, b, n) for 1 and -1, else the first or last n parts of string_to_array; n written out',
  takes: [3],
  write: (values, scope) => {
    const [a, b] = texts(values.slice(0, 2), scope);
    const count = Number(values[2]?.literal);
    if (!Number.isInteger(count) || !values[1]?.literal)
      throw new NotUnderstood('SUBSTRING_INDEX with a separator or count that is not written out');
    if (count === 0) return text(`left(${a}, 0)`);
    if (Math.abs(count) === 1) return text(`split_part(${a}, ${b}, ${count})`);
    if (scope.isStored)
      throw new NotUnderstood('more than one part of SUBSTRING_INDEX in a generated column: array_to_string is not immutable');
    const parts = `string_to_array(${a}, ${b})`;
    const slice = count > 0 ? `(${parts})[:${count}]` : `(${parts})[greatest(cardinality(${parts}) - ${-count - 1}, 1):]`;
    return text(`array_to_string(${slice}, ${b})`);
  },
};

export const TEXT_FUNCTIONS: Readonly<Record<string, FunctionRule>> = {
  concat: textual(
    'CONCAT(a, b, …)',
    [1, MANY],
    'a || b || …, which is NULL as soon as one of them is',
    (...all) => `(${all.join(' || ')})`,
  ),
  concat_ws: {
    mysql: 'CONCAT_WS(s, a, b, …)',
    postgres: 'array_to_string(ARRAY[a, b, …], s); not in a generated column',
    takes: [2, MANY],
    write: (values, scope) => {
      if (scope.isStored) throw new NotUnderstood('CONCAT_WS in a generated column: array_to_string is not immutable');
      const [separator, ...all] = texts(values, scope);
      return text(`array_to_string(ARRAY[${all.map((one) => `(${one})::text`).join(', ')}], ${separator})`);
    },
  },
  lower: textual('LOWER(a), LCASE(a)', [1], `lower(a COLLATE ${LETTERS})`, (a) => `lower((${a}) COLLATE ${LETTERS})`),
  upper: textual('UPPER(a), UCASE(a)', [1], `upper(a COLLATE ${LETTERS})`, (a) => `upper((${a}) COLLATE ${LETTERS})`),
  length: {
    mysql: 'LENGTH(a), OCTET_LENGTH(a)',
    postgres: 'octet_length(a)',
    takes: [1],
    write: ([a = NOTHING], scope) => integer(`octet_length(${a.kind === 'bytes' ? a.sql : asText(a, scope).sql})`),
  },
  char_length: {
    mysql: 'CHAR_LENGTH(a), CHARACTER_LENGTH(a)',
    postgres: 'char_length(a)',
    takes: [1],
    write: ([a = NOTHING], scope) => integer(`char_length(${asText(a, scope).sql})`),
  },
  substr: {
    mysql: 'SUBSTR(a, n, m), SUBSTRING, MID',
    postgres: 'substr(a, n, m), or right() for a negative place; n written out',
    takes: [2, 3],
    write: ([a = NOTHING, from, count], scope) => {
      const place = Number(from?.literal);
      if (!Number.isInteger(place) || place === 0) throw new NotUnderstood('SUBSTR with a place that is not written out');
      const shown = asText(a, scope);
      const rest =
        place > 0
          ? `substr(${shown.sql}, ${place})`
          : `(CASE WHEN char_length(${shown.sql}) < ${-place} THEN '' ELSE right(${shown.sql}, ${-place}) END)`;
      return {...shown, sql: count === undefined ? rest : `left(${rest}, ${signs(count)})`};
    },
  },
  left: {
    mysql: 'LEFT(a, n)',
    postgres: 'left(a, greatest(n, 0))',
    takes: [2],
    write: ([a = NOTHING, count], scope) => ({...asText(a, scope), sql: `left(${asText(a, scope).sql}, ${signs(count)})`}),
  },
  right: {
    mysql: 'RIGHT(a, n)',
    postgres: 'right(a, greatest(n, 0))',
    takes: [2],
    write: ([a = NOTHING, count], scope) => ({...asText(a, scope), sql: `right(${asText(a, scope).sql}, ${signs(count)})`}),
  },
  trim: textual('TRIM(a)', [1], "btrim(a, ' ')", (a) => `btrim(${a}, ' ')`),
  ltrim: textual('LTRIM(a)', [1], "ltrim(a, ' ')", (a) => `ltrim(${a}, ' ')`),
  rtrim: textual('RTRIM(a)', [1], "rtrim(a, ' ')", (a) => `rtrim(${a}, ' ')`),
  replace: textual('REPLACE(a, b, c)', [3], 'replace(a, b, c)', (a, b, c) => `replace(${a}, ${b}, ${c})`),
  reverse: textual('REVERSE(a)', [1], 'reverse(a)', (a) => `reverse(${a})`),
  lpad: {
    mysql: 'LPAD(a, n, b)',
    postgres: 'lpad(a, n, b)',
    takes: [3],
    write: ([a = NOTHING, count, b = NOTHING], scope) => text(`lpad(${asText(a, scope).sql}, ${whole(count)}, ${asText(b, scope).sql})`),
  },
  rpad: {
    mysql: 'RPAD(a, n, b)',
    postgres: 'rpad(a, n, b)',
    takes: [3],
    write: ([a = NOTHING, count, b = NOTHING], scope) => text(`rpad(${asText(a, scope).sql}, ${whole(count)}, ${asText(b, scope).sql})`),
  },
  repeat: {
    mysql: 'REPEAT(a, n)',
    postgres: 'repeat(a, n)',
    takes: [2],
    write: ([a = NOTHING, count], scope) => text(`repeat(${asText(a, scope).sql}, ${whole(count)})`),
  },
  locate: position('LOCATE(a, b), POSITION(a IN b)', [0, 1]),
  instr: position('INSTR(b, a)', [1, 0]),
  substring_index: substringIndex,
  hex: {
    mysql: 'HEX(a)',
    postgres: "upper(encode(a, 'hex')); of bytes",
    takes: [1],
    write: ([a = NOTHING]) => {
      if (a.kind !== 'bytes') throw new NotUnderstood(`HEX of a ${a.kind}`);
      return text(`upper(encode(${a.sql}, 'hex'))`);
    },
  },
  md5: textual('MD5(a)', [1], 'md5(a)', (a) => `md5(${a})`),
};
