/** The sums of a canary: what it was told about each token against what both sides hold. Pure. */
import type {CanaryToken} from '../model/canary-token.ts';
import type {Side} from '../model/side.ts';
import type {Account, WrittenToken} from './canary.ts';

export type Evidence = {
  /** Of all paths. */
  readonly written: readonly WrittenToken[];
  readonly stored: Readonly<Record<Side, readonly CanaryToken[]>>;
  readonly closing: Side;
  /** Otherwise the attempt was called off, and the closing side has served all the while. */
  readonly decided: boolean;
};

export function account({written, stored, closing, decided}: Evidence): Account {
  const on = {source: names(stored.source), target: names(stored.target)};
  const of = (outcome: WrittenToken['outcome']): readonly WrittenToken[] => written.filter((one) => one.outcome === outcome);
  const isThere = ({token}: CanaryToken): boolean => on.source.has(token) || on.target.has(token);
  const opening = closing === 'source' ? 'target' : 'source';
  return {
    tokens: of('acknowledged').length,
    refused: of('refused').length,
    unknown: of('unknown').length,
    lost: of('acknowledged').filter((one) => !isThere(one)).length,
    twice: [...on.source].filter((token) => on.target.has(token)).length,
    undead: of('refused').filter(isThere).length,
    astray: decided ? outOfOrder(written, on[closing], on[opening]) : on[opening].size,
    onSource: on.source.size,
    onTarget: on.target.size,
  };
}

/** What is wrong, in words; nothing when everything adds up. */
export const faults = ({lost, twice, undead, astray}: Account): string[] =>
  (
    [
      [lost, 'lost'],
      [twice, 'on both sides'],
      [undead, 'refused and there nevertheless'],
      [astray, 'on the wrong side'],
    ] as const
  )
    .filter(([count]) => count > 0)
    .map(([count, what]) => `${count} ${what}`);

const names = (stored: readonly CanaryToken[]): ReadonlySet<string> => new Set(stored.map(({token}) => token));

/**
 * Along one path the tokens of the opening side come after those of the closing one: whatever the closing side has
 * behind the first of the opening side, or has taken when it was closed, is astray.
 */
function outOfOrder(written: readonly WrittenToken[], closing: ReadonlySet<string>, opening: ReadonlySet<string>): number {
  const firstOpen = new Map<number, number>();
  for (const {client, seq, token} of written)
    if (opening.has(token)) firstOpen.set(client, Math.min(seq, firstOpen.get(client) ?? Number.POSITIVE_INFINITY));
  const isAstray = ({client, seq, isLate}: WrittenToken): boolean => isLate || seq > (firstOpen.get(client) ?? Number.POSITIVE_INFINITY);
  return written.filter((one) => closing.has(one.token) && isAstray(one)).length;
}
