/** Types of MySQL and MariaDB that hold the same texts, and what becomes of values that only the new one can hold. */
import type {WayBack} from '../engine-pair.ts';

/** MariaDB prints how wide integers are shown, and what is kept compressed; MySQL does not, and neither means anything. */
export const isSameType = (a: string, b: string): boolean => plain(a) === plain(b);

const plain = (type: string): string =>
  type.replace(/ \/\*M?!\d+ COMPRESSED\*\/$/, '').replace(/^((?:tiny|small|medium|big)?int|year)\(\d+\)(?! zerofill)/, '$1');

/** Undefined where the text could change, or nobody has looked. */
export const wayBackOf = (from: string, to: string): WayBack | undefined => {
  if (isSameType(from, to)) return 'exact';
  return integerChange(from, to) ?? decimalChange(from, to) ?? lengthChange(from, to) ?? memberChange(from, to) ?? floatChange(from, to);
};

const stopsIf = (isWider: boolean): WayBack | undefined => (isWider ? 'stops' : undefined);

const INTEGER_BYTES: Readonly<Record<string, bigint>> = {tinyint: 1n, smallint: 2n, mediumint: 3n, int: 4n, bigint: 8n};

const integerRange = (type: string): {readonly min: bigint; readonly max: bigint} | undefined => {
  const found = /^([a-z]+)(?:\(\d+\))?( unsigned)?$/.exec(type);
  const bytes = INTEGER_BYTES[found?.[1] ?? ''];
  if (bytes === undefined) return undefined;
  const size = 1n << (8n * bytes);
  return found?.[2] ? {min: 0n, max: size - 1n} : {min: -size / 2n, max: size / 2n - 1n};
};

const integerChange = (from: string, to: string): WayBack | undefined => {
  const [old, now] = [integerRange(from), integerRange(to)];
  return old && now && stopsIf(now.min <= old.min && now.max >= old.max);
};

const decimalChange = (from: string, to: string): WayBack | undefined => {
  const [old, now] = [from, to].map((type) => /^decimal\((\d+),(\d+)\)$/.exec(type));
  return old && now ? stopsIf(old[2] === now[2] && Number(now[1]) > Number(old[1])) : undefined;
};

/** What the types that have no length hold, in bytes. */
const HOLDS: Readonly<Record<string, number>> = {tiny: 255, '': 65_535, medium: 16_777_215, long: 4_294_967_295};
/** Of a character. */
const BYTES_MAX = 4;

/** `bytes`: what its longest value may take; `characters` where it counts those. */
const lengthOf = (type: string): {readonly kind: string; readonly bytes: number; readonly characters?: number} | undefined => {
  const [, prefix = '', kind = ''] = /^(tiny|medium|long)?(text|blob)$/.exec(type) ?? [];
  if (kind !== '') return {kind, bytes: HOLDS[prefix] ?? 0};
  const [, counted = '', length = ''] = /^(varchar|varbinary)\((\d+)\)$/.exec(type) ?? [];
  if (counted === 'varbinary') return {kind: 'blob', bytes: Number(length)};
  return counted === 'varchar' ? {kind: 'text', bytes: BYTES_MAX * Number(length), characters: Number(length)} : undefined;
};

const lengthChange = (from: string, to: string): WayBack | undefined => {
  const [old, now] = [lengthOf(from), lengthOf(to)];
  if (!old || !now || old.kind !== now.kind) return undefined;
  if (old.characters !== undefined && now.characters !== undefined) return stopsIf(now.characters > old.characters);
  return stopsIf((now.characters ?? now.bytes) >= old.bytes);
};

/** New members at the end: those that were there keep their numbers. */
const memberChange = (from: string, to: string): WayBack | undefined => {
  const [old] = /^(?:enum|set)\(.*(?=\)$)/.exec(from) ?? [];
  return old === undefined ? undefined : stopsIf(to.startsWith(`${old},`));
};

/** A FLOAT is shown as the DOUBLE it is. */
const floatChange = (from: string, to: string): WayBack | undefined => (from === 'float' && to === 'double' ? 'loses' : undefined);
