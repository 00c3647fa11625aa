/** Expressions of MySQL as a tree, read from what the catalogue prints with the precedence of its grammar. */
import {isPlain} from '../token-reader.ts';
import {Reader} from './reader.ts';
import {NotUnderstood} from '../token-reader.ts';
import {tokens} from './tokens.ts';
import type {Aggregate, Expression, Ordered, When, WindowCall} from './tree.ts';
import {readFrame} from './window-frame.ts';

/** Throws NotUnderstood. */
export const parseExpression = (printed: string): Expression => {
  const reader = new Reader(tokens(printed));
  const expression = readExpression(reader, 0);
  if (reader.next.kind !== 'end') throw new NotUnderstood(`at ${reader.next.text}`);
  return expression;
};

const BINARY: readonly {readonly words: readonly string[]; readonly name: string; readonly level: number}[] = [
  {words: ['or'], name: 'or', level: 1},
  {words: ['||'], name: 'or', level: 1},
  {words: ['xor'], name: 'xor', level: 2},
  {words: ['and'], name: 'and', level: 3},
  {words: ['&&'], name: 'and', level: 3},
  ...['=', '<=>', '>=', '>', '<=', '<', '<>', '!='].map((sign) => ({words: [sign], name: sign === '!=' ? '<>' : sign, level: 6})),
  {words: ['not', 'like'], name: 'not like', level: 6},
  {words: ['like'], name: 'like', level: 6},
  {words: ['not', 'regexp'], name: 'not regexp', level: 6},
  {words: ['regexp'], name: 'regexp', level: 6},
  {words: ['rlike'], name: 'regexp', level: 6},
  {words: ['|'], name: '|', level: 7},
  {words: ['&'], name: '&', level: 8},
  {words: ['<<'], name: '<<', level: 9},
  {words: ['>>'], name: '>>', level: 9},
  {words: ['+'], name: '+', level: 10},
  {words: ['-'], name: '-', level: 10},
  {words: ['*'], name: '*', level: 11},
  {words: ['/'], name: '/', level: 11},
  {words: ['div'], name: 'div', level: 11},
  {words: ['%'], name: '%', level: 11},
  {words: ['mod'], name: '%', level: 11},
  {words: ['^'], name: '^', level: 12},
];
const NOT_LEVEL = 4;
const COMPARISON_LEVEL = 6;
const UNARY_LEVEL = 13;
const COLLATE_LEVEL = 14;

export const readExpression = (reader: Reader, level: number): Expression => {
  let left = readPrefix(reader);
  for (;;) {
    const more = readPostfix(reader, left, level) ?? readBinary(reader, left, level);
    if (!more) return left;
    left = more;
  }
};

const readBinary = (reader: Reader, left: Expression, level: number): Expression | undefined => {
  const found = BINARY.find((one) => one.level >= level && reader.accept(...one.words));
  if (!found) return undefined;
  const operands = [left, readExpression(reader, found.level + 1)];
  if (found.name.endsWith('like') && reader.accept('escape')) throw new NotUnderstood('LIKE ... ESCAPE');
  return {kind: 'operator', name: found.name, operands};
};

const readPostfix = (reader: Reader, left: Expression, level: number): Expression | undefined => {
  if (level <= COLLATE_LEVEL && reader.accept('collate')) return operator(`collate ${reader.take().text}`, left);
  if (level > COMPARISON_LEVEL) return undefined;
  if (reader.accept('is')) return operator(`is ${reader.accept('not') ? 'not ' : ''}${reader.take().text}`, left);
  for (const not of ['', 'not ']) {
    const words = not ? ['not'] : [];
    if (reader.accept(...words, 'in', '(')) {
      const isQuery = startsQuery(reader);
      return operator(`${not}in`, left, ...(isQuery ? [readSubquery(reader, false)] : readList(reader)));
    }
    if (reader.accept(...words, 'between')) {
      const low = readExpression(reader, COMPARISON_LEVEL + 1);
      reader.expect('and');
      return operator(`${not}between`, left, low, readExpression(reader, COMPARISON_LEVEL + 1));
    }
  }
  return undefined;
};

const operator = (name: string, ...operands: readonly Expression[]): Expression => ({kind: 'operator', name, operands});

const readPrefix = (reader: Reader): Expression => {
  if (reader.accept('not')) return operator('not', readExpression(reader, NOT_LEVEL));
  if (reader.accept('!')) return operator('not', readExpression(reader, UNARY_LEVEL));
  if (reader.accept('-')) return operator('negative', readExpression(reader, UNARY_LEVEL));
  if (reader.accept('+')) return readExpression(reader, UNARY_LEVEL);
  if (reader.accept('~')) return operator('~', readExpression(reader, UNARY_LEVEL));
  if (reader.accept('(')) {
    if (startsQuery(reader)) return readSubquery(reader, false);
    const inside = readExpression(reader, 0);
    reader.expect(')');
    return inside;
  }
  return readOperand(reader);
};

const readOperand = (reader: Reader): Expression => {
  const token = reader.take();
  switch (token.kind) {
    case 'number':
    case 'text':
    case 'bytes':
      return {kind: 'literal', type: token.kind, text: token.text};
    case 'name':
      if (isPlain(reader.next, '(')) throw new NotUnderstood(`the function ${token.text}, which is a program`);
      return readPath(reader, token.text);
    case 'word':
      return readWord(reader, token.text);
    case 'sign':
    case 'end':
      throw new NotUnderstood(`at ${token.text}`);
  }
};

const readPath = (reader: Reader, first: string): Expression => {
  const path = [first];
  while (reader.accept('.')) path.push(reader.take().text);
  return {kind: 'column', path};
};

const readWord = (reader: Reader, word: string): Expression => {
  if (word === 'case') return readCase(reader);
  if (word === 'interval') return {kind: 'interval', amount: readExpression(reader, UNARY_LEVEL), unit: reader.take().text};
  if (['null', 'true', 'false', ...TIME_WORDS].includes(word) && !isPlain(reader.next, '(')) {
    return TIME_WORDS.includes(word) ? {kind: 'call', name: word, operands: []} : {kind: 'literal', type: 'word', text: word};
  }
  if (['date', 'time', 'timestamp'].includes(word) && reader.next.kind === 'text') {
    return {kind: 'cast', operand: readOperand(reader), type: word === 'timestamp' ? 'datetime' : word};
  }
  if (!reader.accept('(')) return readPath(reader, word);
  if (word === 'cast' || word === 'convert') return readCast(reader);
  if (word === 'exists') return readSubquery(reader, true);
  const of = AGGREGATES.includes(word) ? readAggregate(reader, word) : ({kind: 'call', name: word, operands: readList(reader)} as const);
  return reader.accept('over') ? readWindow(reader, of) : of;
};

export const startsQuery = ({next}: Reader): boolean => isPlain(next, 'select') || isPlain(next, 'with');

/** Behind the opening bracket. */
const readSubquery = (reader: Reader, isExists: boolean): Expression => {
  const query = reader.query();
  reader.expect(')');
  return {kind: 'query', query, isExists};
};

const AGGREGATES = ['count', 'sum', 'min', 'max', 'avg', 'group_concat'];

const readAggregate = (reader: Reader, name: string): Aggregate => {
  const isDistinct = reader.accept('distinct');
  const operand = reader.accept('*') ? undefined : readExpression(reader, 0);
  if (reader.accept(',')) throw new NotUnderstood(`${name.toUpperCase()} of several values`);
  const order = readOrder(reader);
  const separator = reader.accept('separator') ? reader.take().text : ',';
  reader.expect(')');
  return {kind: 'aggregate', name, isDistinct, operand, order, separator};
};

/** Behind OVER. */
const readWindow = (reader: Reader, of: WindowCall['of']): WindowCall => {
  if (!reader.accept('(')) throw new NotUnderstood('a window with a name');
  const partition: Expression[] = [];
  if (reader.accept('partition', 'by')) {
    do partition.push(readExpression(reader, 0));
    while (reader.accept(','));
  }
  return {kind: 'window', of, partition, order: readOrder(reader), frame: readFrame(reader)};
};

export const readOrder = (reader: Reader): Ordered[] => {
  const order: Ordered[] = [];
  if (!reader.accept('order', 'by')) return order;
  do {
    const by = readExpression(reader, 0);
    const isDescending = reader.accept('desc');
    if (!isDescending) reader.accept('asc');
    order.push({by, isDescending});
  } while (reader.accept(','));
  return order;
};

const TIME_WORDS = ['current_timestamp', 'current_date', 'current_time', 'localtime', 'localtimestamp'];

/** Behind the opening bracket. */
const readList = (reader: Reader): Expression[] => {
  const operands: Expression[] = [];
  if (reader.accept(')')) return operands;
  do operands.push(readExpression(reader, 0));
  while (reader.accept(','));
  reader.expect(')');
  return operands;
};

const readCase = (reader: Reader): Expression => {
  const subject = isPlain(reader.next, 'when') ? undefined : readExpression(reader, 0);
  const whens: When[] = [];
  while (reader.accept('when')) {
    const when = readExpression(reader, 0);
    reader.expect('then');
    whens.push({when, result: readExpression(reader, 0)});
  }
  const otherwise = reader.accept('else') ? readExpression(reader, 0) : undefined;
  reader.expect('end');
  return {kind: 'case', subject, whens, otherwise};
};

/** `cast(a as char(10) charset utf8mb4)`, `convert(a using utf8mb4)`. */
const readCast = (reader: Reader): Expression => {
  const operand = readExpression(reader, 0);
  const isUsing = reader.accept('using');
  if (!isUsing && !reader.accept(',')) reader.expect('as');
  const words: string[] = [];
  for (let depth = 0; !(depth === 0 && isPlain(reader.next, ')')); ) {
    const {kind, text} = reader.take();
    if (kind === 'end') throw new NotUnderstood('a CAST without an end');
    if (text === '(') depth++;
    if (text === ')') depth--;
    words.push(text);
  }
  reader.expect(')');
  return {kind: 'cast', operand, type: `${isUsing ? 'using ' : ''}${words.join(' ')}`};
};
