/** The facts of a traffic switch for tests: sides in memory, and secrets that stand for themselves. */
import type {Effects} from '../../src/model/effects.ts';
import type {RouteRow} from '../../src/model/route.ts';
import type {RoutedSide, SwitchFacts} from '../../src/switch/traffic-switch.ts';

/** A side whose row can be looked at and whose server can be down. */
export type MemorySide = RoutedSide & {row(): RouteRow | undefined; setDown(isDown: boolean): void};

export function memorySide(): MemorySide {
  let row: RouteRow | undefined;
  let down = false;
  const ask = (): void => {
    if (down) throw new Error('the server is down');
  };
  const control = {
    async readRoute() {
      ask();
      return row;
    },
    async writeRoute({versionMin, ...route}: Parameters<RoutedSide['control']['writeRoute']>[0]) {
      ask();
      if (row && row.epoch > route.epoch) throw new Error('a newer runner has written the route');
      row = {...route, version: Math.max((row?.version ?? 0) + 1, versionMin)};
    },
  };
  return {control, row: () => row, setDown: (isDown) => void (down = isDown)};
}

/** For drivers that need no side of their own. */
export const unusedFacts = (effects: Effects): SwitchFacts => switchFacts(effects, memorySide(), memorySide());

export const switchFacts = (effects: Effects, source: RoutedSide, target: RoutedSide): SwitchFacts => ({
  source,
  target,
  migration: {id: '0123456789abcdef', name: 'shop'},
  effects,
  resolveSecret: async (reference) => reference,
});
