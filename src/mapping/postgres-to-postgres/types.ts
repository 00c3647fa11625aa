/** Changes of type that leave every value's text as it is, and what becomes of values that only the new type can hold. */

import type {WayBack} from '../engine-pair.ts';

/** Undefined where the text could change, or nobody has looked. */
export const wayBackOf = (from: string, to: string): WayBack | undefined => {
  if (from === to) return 'exact';
  const width = INTEGERS.indexOf(from);
  if (width >= 0 && (INTEGERS.indexOf(to) > width || to === 'numeric')) return 'stops';
  if (to === 'numeric' && numeric(from)) return 'loses';
  const [old, now] = [numeric(from), numeric(to)];
  if (old && now && old.scale === now.scale && now.digits > old.digits) return 'stops';
  return textChange(from, to);
};

const INTEGERS = ['smallint', 'integer', 'bigint'];

const numeric = (type: string): {readonly digits: number; readonly scale: number} | undefined => {
  const found = /^numeric\((\d+),(\d+)\)$/.exec(type);
  return found ? {digits: Number(found[1]), scale: Number(found[2])} : undefined;
};

const textChange = (from: string, to: string): WayBack | undefined => {
  const old = lengthOf(from);
  const now = lengthOf(to);
  if (old === undefined || now === undefined || now < old) return undefined;
  return now === old ? 'exact' : 'stops';
};

const lengthOf = (type: string): number | undefined => {
  if (type === 'text' || type === 'character varying') return Number.POSITIVE_INFINITY;
  const found = /^character varying\((\d+)\)$/.exec(type);
  return found ? Number(found[1]) : undefined;
};
