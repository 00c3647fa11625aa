/** Amounts of data as a plan writes them, in powers of two only so that nobody has to guess: `512KiB`, `64MiB`, `1GiB`. Inside, always bytes. */
export const SIZE_PATTERN = /^(\d{1,9})(B|KiB|MiB|GiB)$/;

const UNIT_BYTES = {B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3} as const;
type Unit = keyof typeof UNIT_BYTES;
const LARGEST_FIRST: readonly Unit[] = ['GiB', 'MiB', 'KiB'];

/** Undefined when the text is not a size. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = SIZE_PATTERN.exec(text) ?? [];
  return amount !== undefined && isUnit(unit) ? Number(amount) * UNIT_BYTES[unit] : undefined;
}

/** The shortest exact form. */
export function formatSize(bytes: number): string {
  const unit = LARGEST_FIRST.find((candidate) => bytes !== 0 && bytes % UNIT_BYTES[candidate] === 0) ?? 'B';
  return `${bytes / UNIT_BYTES[unit]}${unit}`;
}

const isUnit = (text: string | undefined): text is Unit => text !== undefined && Object.hasOwn(UNIT_BYTES, text);
