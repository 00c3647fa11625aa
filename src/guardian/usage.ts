/** How busy the servers are, for whoever looks on. A server that does not tell is left out: nothing rests on it. */
import type {Database} from '../engine/engine.ts';
import type {SideUsage} from '../telemetry/telemetry.ts';

export const usageOf = async (databases: readonly Pick<Database, 'side' | 'usage'>[]): Promise<readonly SideUsage[]> =>
  (await Promise.all(databases.map(oneUsage))).flat();

const oneUsage = async ({side, usage}: Pick<Database, 'side' | 'usage'>): Promise<readonly SideUsage[]> => {
  const found = await usage?.look().catch(() => undefined); // a lost connection that matters is met elsewhere
  if (!found) return [];
  const {connections, connectionsMax, longestStatementMs, cacheHitShare} = found;
  return [
    {
      side,
      connectionsShare: connectionsMax > 0 ? connections / connectionsMax : 0,
      ...(longestStatementMs === undefined ? {} : {longestStatementMs}),
      ...(cacheHitShare === undefined ? {} : {cacheHitShare}),
    },
  ];
};
