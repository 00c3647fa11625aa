import type {Position} from '../../model/position.ts';

/** LSNs as the server prints them, `16/B374D848`. */
export const parseLsn = (lsn: string): bigint => {
  const [high = '0', low = '0'] = lsn.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};

export const toPosition = (lsn: bigint | string): Position =>
  (typeof lsn === 'string'
    ? lsn
    : `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`) as Position;

export const comparePositions = (a: Position, b: Position): number => {
  const difference = parseLsn(a) - parseLsn(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Never negative: a position that was passed is no distance. */
export const bytesBetween = (from: Position, to: Position): number => Math.max(0, Number(parseLsn(to) - parseLsn(from)));
