/** The integers: the next wider type where PostgreSQL has none of the width, with a CHECK that keeps the way back open. */
import type {MysqlType} from './column-type.ts';
import type {TypeChoice} from './types.ts';

/** Bytes of each. */
export const INTEGERS: Readonly<Record<string, number>> = {tinyint: 1, smallint: 2, mediumint: 3, int: 4, bigint: 8};

export const integerChoices = ({name, sizes, isUnsigned}: MysqlType): TypeChoice[] => {
  const bits = BigInt(INTEGERS[name] ?? 8) * 8n;
  const [low, high] = isUnsigned ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  const [first, ...wider] = HOLDERS.filter((holder) => holder.low <= low && holder.high >= high);
  const isExact = first?.low === low && first.high === high;
  return [
    ...(first ? [{...plain(first.type), ...(isExact ? {} : {check: (c: string) => `${c} BETWEEN ${low} AND ${high}`})}] : []),
    // A wider type is declared because wider values are wanted.
    ...wider.filter(({type}) => type !== 'numeric(20,0)').map(({type}) => ({...plain(type), stops: `a number outside ${low} to ${high}`})),
    ...(name === 'bigint' && isUnsigned ? [NARROW] : []),
    ...(name === 'tinyint' && sizes[0] === 1 ? [FLAG] : []),
  ];
};

const power = (bits: bigint): {low: bigint; high: bigint} => ({low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n});
const HOLDERS = [
  {type: 'smallint', ...power(16n)},
  {type: 'integer', ...power(32n)},
  {type: 'bigint', ...power(64n)},
  {type: 'numeric(20,0)', low: -(10n ** 20n) + 1n, high: 10n ** 20n - 1n},
];

const plain = (type: string): TypeChoice => ({type, conversion: 'same', losses: []});

/** A value past it is refused by the target when it is met; it would have no other form. */
const NARROW: TypeChoice = {
  type: 'bigint',
  conversion: 'same',
  losses: [{what: 'values past the range of bigint (H-34)', where: (c) => `${c} > 9223372036854775807`, becomes: 'refused in any case'}],
  check: (c) => `${c} >= 0`,
};

/** Never by itself: a column that holds 0 and 1 today may hold 2 tomorrow. */
const FLAG: TypeChoice = {
  type: 'boolean',
  conversion: 'flag',
  losses: [{what: 'numbers other than 0 and 1 (H-44)', where: (c) => `${c} NOT IN (0, 1)`, becomes: 'true'}],
};
