import {exactSize, UNIT_BYTES} from '../model/exact-amount.ts';

/** Amounts of data as a plan writes them, in powers of two only so that nobody has to guess: `512KiB`, `64MiB`, `1GiB`. Inside, always bytes. */
export const SIZE_PATTERN = /^(\d{1,9})(B|KiB|MiB|GiB)$/;

type Unit = keyof typeof UNIT_BYTES;

/** Undefined when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = SIZE_PATTERN.exec(text) ?? [];
  return amount !== undefined && isUnit(unit) ? Number(amount) * UNIT_BYTES[unit] : undefined;
}

/** The shortest exact form. */
export const formatSize = exactSize;

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNIT_BYTES, text);
