/** What the inventories of both sides say against a plan. Pure; `assess` on the command line and the phase of that name ask it. */
import type {Finding} from '../engine/engine.ts';
import type {Inventory} from '../model/inventory.ts';
import type {Side} from '../model/side.ts';
import type {Plan} from '../plan/plan.ts';

/** Sessions of one run beside the copy: lease, apply, streams, watchdog, fence and short reads. */
const SESSIONS_BESIDE_COPY = 12;

export type Inventories = Readonly<Record<Side, Inventory>>;

/** On each side. */
export const sessionsNeeded = ({load}: Plan): number => load.parallel + SESSIONS_BESIDE_COPY;

export const inventoryFindings = (plan: Plan, inventories: Inventories): Finding[] => [
  ...damage(inventories.source),
  // No extension of one engine is one of another.
  ...(plan.source.engine === plan.target.engine ? [...missingExtensions(inventories), ...olderExtensions(inventories)] : []),
  ...sidesOf(inventories).flatMap((side) => [...tooFewSessions(plan, side, inventories[side]), ...weaknesses(side, inventories[side])]),
];

/** A change in place has one database. */
const sidesOf = ({source, target}: Inventories): readonly Side[] => (source === target ? ['source'] : ['source', 'target']);

const damage = ({indexCheck}: Inventory): Finding[] =>
  'notChecked' in indexCheck
    ? []
    : indexCheck.corrupt.map(({index, reason}) => ({
        severity: 'refuse',
        code: 'CF-SCOPE-004',
        object: index,
        reason: `is corrupt: ${reason}`,
        next: `find out why (disk, memory, a new libc), then: REINDEX INDEX CONCURRENTLY ${index}`,
      }));

/** The schema's own trial says so too where Crossfade writes the schema; files may simply not need it. */
const missingExtensions = ({source, target}: Inventories): Finding[] => {
  const there = versionsOf(target);
  return source.extensions
    .filter(({name}) => !there.has(name))
    .map(({name, version}) => ({
      severity: 'warn',
      code: 'CF-SCOPE-004',
      object: `extension ${name}`,
      reason: `is installed on the source (${version}), and the target's server does not have it`,
      next: 'install its package on the server of the target, or make sure that nothing in the scope needs it',
    }));
};

/** One that is there in an older version may lack a function, or not read what a newer one has written. */
const olderExtensions = ({source, target}: Inventories): Finding[] => {
  const there = versionsOf(target);
  return source.extensions.flatMap(({name, version}): Finding[] => {
    const other = there.get(name);
    if (other === undefined || !isOlder(other, version)) return [];
    return [
      {
        severity: 'warn',
        code: 'CF-SCOPE-004',
        object: `extension ${name}`,
        reason: `is version ${version} on the source, and the target has ${other}, which is older`,
        next: 'install a newer package on the server of the target, or read what changed between the two',
      },
    ];
  });
};

const versionsOf = ({extensions, availableExtensions}: Inventory): ReadonlyMap<string, string> =>
  new Map([...availableExtensions, ...extensions].map(({name, version}) => [name, version]));

/** By their numbers; versions are texts of any form. */
const isOlder = (one: string, other: string): boolean => one !== other && one.localeCompare(other, 'en', {numeric: true}) < 0;

const tooFewSessions = (plan: Plan, side: Side, {connections}: Inventory): Finding[] => {
  const [free, needed] = [connections.max - connections.used, sessionsNeeded(plan)];
  if (free >= needed) return [];
  return [
    {
      severity: 'warn',
      code: 'CF-CONN-001',
      object: `${side} server`,
      reason: `has ${free} free connections, and up to ${needed} are needed`,
      next: 'raise max_connections, or lower load.parallel',
    },
  ];
};

const weaknesses = (side: Side, {hasChecksums, staleCollations}: Inventory): Finding[] => [
  ...(hasChecksums
    ? []
    : [
        {
          severity: 'info',
          code: 'CF-SCOPE-004',
          object: `${side} server`,
          reason: 'has no data checksums: a damaged page is read as it is, and copied',
          next: 'pg_checksums --enable, while the server is stopped; not needed for the migration',
        } as const,
      ]),
  ...staleCollations.map(
    ({name, recorded, actual}): Finding => ({
      severity: 'warn',
      code: 'CF-SCOPE-004',
      object: `collation ${name} on the ${side}`,
      reason: `was version ${recorded} when it was last looked at, and is ${actual} now: indexes on texts may be out of order`,
      next: 'REINDEX what is ordered by it, then ALTER COLLATION (or DATABASE) … REFRESH VERSION',
    }),
  ),
];
