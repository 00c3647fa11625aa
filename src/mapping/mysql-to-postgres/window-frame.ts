/** ROWS and RANGE of a window: both servers mean the same by them. */
import {NotUnderstood} from '../token-reader.ts';
import type {Reader} from './reader.ts';

const UNITS = ['rows', 'range'] as const;

/** Up to and with the bracket that ends the window; empty where nothing is said. */
export const readFrame = (reader: Reader): string => {
  const unit = UNITS.find((one) => reader.accept(one));
  const frame = unit === undefined ? '' : `${unit.toUpperCase()} ${readBounds(reader)}`;
  reader.expect(')');
  return frame;
};

const readBounds = (reader: Reader): string => {
  if (!reader.accept('between')) return readBound(reader);
  const start = readBound(reader);
  reader.expect('and');
  return `BETWEEN ${start} AND ${readBound(reader)}`;
};

const readBound = (reader: Reader): string => {
  if (reader.accept('current', 'row')) return 'CURRENT ROW';
  const {kind, text} = reader.take();
  if (kind !== 'number' && text !== 'unbounded') throw new NotUnderstood('a window with such a frame');
  const end = ['preceding', 'following'].find((one) => reader.accept(one));
  if (end === undefined) throw new NotUnderstood(`a frame at ${reader.next.text}`);
  return `${text.toUpperCase()} ${end.toUpperCase()}`;
};
