/** LSNs are numbers in Debezium's messages and texts everywhere else: `16/B374D848`. */
import type {Position} from '../model/position.ts';

export const lsnText = (lsn: bigint): Position =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}` as Position;

export const lsnOf = (text: string): bigint => {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
};
