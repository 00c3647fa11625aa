/** Expressions of PostgreSQL as a tree, read from what the catalogue prints with the precedence of its grammar. */
import {NotUnderstood, TokenReader} from '../token-reader.ts';
import {type Token, tokens} from './tokens.ts';

export type Expression =
  | {readonly kind: 'literal'; readonly type: 'number' | 'text' | 'word'; readonly text: string}
  | {readonly kind: 'column'; readonly name: string}
  | {readonly kind: 'call'; readonly name: string; readonly operands: readonly Expression[]}
  | {readonly kind: 'operator'; readonly name: string; readonly operands: readonly Expression[]}
  | {readonly kind: 'list'; readonly elements: readonly Expression[]}
  | {readonly kind: 'case'; readonly whens: readonly When[]; readonly otherwise: Expression | undefined}
  | {readonly kind: 'cast'; readonly operand: Expression; readonly type: string};
type Reader = TokenReader<Token>;
type When = {readonly when: Expression; readonly result: Expression};

/** Throws NotUnderstood. */
export const parseExpression = (printed: string): Expression => {
  const reader = new TokenReader<Token>(tokens(printed));
  const expression = readOperators(reader, 0);
  if (reader.next.kind !== 'end') throw new NotUnderstood(`at ${reader.next.text}`);
  return expression;
};

/** What binds loosest first. `after`: it has no right side. */
const OPERATORS: readonly {readonly words: readonly string[]; readonly name: string; readonly level: number; readonly after?: true}[] = [
  {words: ['or'], name: 'or', level: 1},
  {words: ['and'], name: 'and', level: 2},
  ...['null', 'true', 'false'].flatMap((what) => [
    {words: ['is', what], name: `is ${what}`, level: 4, after: true as const},
    {words: ['is', 'not', what], name: `is not ${what}`, level: 4, after: true as const},
  ]),
  {words: ['is', 'distinct', 'from'], name: 'is distinct', level: 4},
  {words: ['is', 'not', 'distinct', 'from'], name: 'is not distinct', level: 4},
  {words: ['=', 'any'], name: 'in', level: 5},
  {words: ['<>', 'all'], name: 'not in', level: 5},
  ...['=', '<>', '<=', '>=', '<', '>'].map((sign) => ({words: [sign], name: sign, level: 5})),
  {words: ['~~'], name: 'like', level: 6},
  {words: ['!~~'], name: 'not like', level: 6},
  {words: ['||'], name: '||', level: 7},
  {words: ['+'], name: '+', level: 8},
  {words: ['-'], name: '-', level: 8},
  {words: ['*'], name: '*', level: 9},
  {words: ['at', 'time', 'zone'], name: 'at time zone', level: 10},
];
const NOT_LEVEL = 3;
const SIGN_LEVEL = 11;

const readOperators = (reader: Reader, least: number): Expression => {
  let left = readPrefix(reader);
  for (;;) {
    const found = OPERATORS.find(({level, words}) => level >= least && reader.accept(...words));
    if (!found) return left;
    const operands = found.after ? [left] : [left, readOperators(reader, found.level + 1)];
    left = {kind: 'operator', name: found.name, operands};
  }
};

const readPrefix = (reader: Reader): Expression => {
  if (reader.accept('not')) return {kind: 'operator', name: 'not', operands: [readOperators(reader, NOT_LEVEL)]};
  if (reader.accept('-')) return {kind: 'operator', name: 'minus', operands: [readOperators(reader, SIGN_LEVEL)]};
  let operand = readAtom(reader);
  while (reader.accept('::')) operand = {kind: 'cast', operand, type: readType(reader)};
  return operand;
};

const readAtom = (reader: Reader): Expression => {
  if (reader.accept('(')) return closed(reader, ')', readOperators(reader, 0));
  if (reader.accept('case')) return readCase(reader);
  if (reader.accept('array', '[')) return {kind: 'list', elements: readList(reader, ']')};
  const token = reader.take();
  switch (token.kind) {
    case 'number':
    case 'text':
      return {kind: 'literal', type: token.kind, text: token.text};
    case 'name':
      // `left` is a word of the grammar, so the function of that name stands in quotes.
      return reader.accept('(') ? {kind: 'call', name: token.text, operands: readList(reader, ')')} : {kind: 'column', name: token.text};
    case 'word':
      return readWord(reader, token.text);
    default:
      throw new NotUnderstood(`at ${token.text}`);
  }
};

/** PostgreSQL prints names in lower case without quotes. */
const readWord = (reader: Reader, word: string): Expression => {
  if (LITERALS.includes(word)) return {kind: 'literal', type: 'word', text: word};
  if (word === 'extract' && reader.accept('(')) {
    const field = reader.take().text.toLowerCase();
    reader.expect('from');
    return {kind: 'call', name: `extract ${field}`, operands: [closed(reader, ')', readOperators(reader, 0))]};
  }
  if (reader.accept('(')) return {kind: 'call', name: word, operands: readList(reader, ')')};
  return {kind: 'column', name: word};
};

const LITERALS = ['null', 'true', 'false', 'current_timestamp', 'current_date', 'localtimestamp'];

const readList = (reader: Reader, end: string): Expression[] => {
  const elements: Expression[] = [];
  if (reader.accept(end)) return elements;
  do elements.push(readOperators(reader, 0));
  while (reader.accept(','));
  return closed(reader, end, elements);
};

const closed = <T>(reader: Reader, end: string, value: T): T => {
  reader.expect(end);
  return value;
};

const readCase = (reader: Reader): Expression => {
  const whens: When[] = [];
  while (reader.accept('when')) {
    const when = readOperators(reader, 0);
    reader.expect('then');
    whens.push({when, result: readOperators(reader, 0)});
  }
  const otherwise = reader.accept('else') ? readOperators(reader, 0) : undefined;
  return closed(reader, 'end', {kind: 'case', whens, otherwise});
};

/** The words of a type, its length left out where it has one: `character varying`, `shop.mood`, `text[]`. */
const readType = (reader: Reader): string => {
  let type = reader.take().text;
  if (reader.accept('.')) type += `.${reader.take().text}`;
  for (const rest of [['varying'], ['precision']]) if (reader.accept(...rest)) type += ` ${rest.join(' ')}`;
  const size = reader.accept('(') ? `(${readList(reader, ')').map(sizeOf).join(',')})` : '';
  for (const rest of ['with', 'without']) if (reader.accept(rest, 'time', 'zone')) type += ` ${rest} time zone`;
  if (reader.accept('[', ']')) return `${type}[]`;
  return type + size;
};

const sizeOf = (size: Expression): string => (size.kind === 'literal' ? size.text : '');
