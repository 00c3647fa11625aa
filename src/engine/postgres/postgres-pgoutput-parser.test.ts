import {expect, test} from 'vitest';
import {newPgoutputParser} from './postgres-pgoutput-parser.ts';

const text = (value: string): Buffer => Buffer.from(`${value}\0`, 'utf8');
const int = (value: number, bytes: 1 | 2 | 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
const value = (content: string): Buffer => {
  const bytes = Buffer.from(content, 'utf8');
  return Buffer.concat([Buffer.from('t'), int(bytes.length, 4), bytes]);
};

/** Number 7, one column `word` of type text, which is the key. */
const RELATION = Buffer.concat([
  Buffer.from('R'),
  int(7, 4),
  text('public'),
  text('items'),
  Buffer.from('d'),
  int(1, 2),
  int(1, 1),
  text('word'),
  int(25, 4),
  int(0xffffffff, 4),
]);
const insertOf = (word: string): Buffer => Buffer.concat([Buffer.from('I'), int(7, 4), Buffer.from('N'), int(1, 2), value(word)]);

test('a text keeps U+FEFF at its beginning, which is no mark of an encoding there', () => {
  const parser = newPgoutputParser();
  parser.parse(RELATION);
  expect(parser.parse(insertOf('\ufeffword'))).toMatchObject({tag: 'insert', new: {word: '\ufeffword'}});
  expect(parser.parse(insertOf('\ufeff'))).toMatchObject({tag: 'insert', new: {word: '\ufeff'}});
});
