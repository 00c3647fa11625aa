/** Whether the copy has room on the target: asked by `assess`, again before rows are loaded, and by the gate `disk-headroom`. */
import type {Database, Disk, Finding, Storage} from '../engine/engine.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import {bytes} from '../model/amounts.ts';
import {TerminalError} from '../model/errors.ts';
import type {Table} from '../model/table.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';
import type {PhaseContext} from './phase.ts';

/** One place that has to take something, and what it has left. */
export type Room = {
  /** `data and log on its disk`. */
  readonly where: string;
  readonly neededBytes: number;
  readonly freeBytes: number;
};

/** Empty where no room could be measured; `neededBytes` is known all the same. */
export type Headroom = {readonly neededBytes: number; readonly parts: string; readonly rooms: readonly Room[]};

type Sides = {
  readonly source: Pick<Database, 'storage'>;
  readonly target: Pick<Database, 'storage'>;
  readonly plan: Pick<Plan, 'target' | 'operations'>;
  readonly tables: readonly Table[];
  readonly mapping: Pick<MigrationMapping, 'targetName'>;
};

/** Undefined where nothing is copied, or an engine tells no sizes. */
export const headroomOf = async ({source, target, plan, tables, mapping}: Sides): Promise<Headroom | undefined> => {
  if (isInPlace(plan) || !source.storage || !target.storage) return undefined;
  const [whole, there, logMax] = await Promise.all([
    source.storage.tableSizes(tables.map(({name}) => name)),
    target.storage.tableSizes(tables.map(({name}) => mapping.targetName(name))),
    target.storage.logBytesMax(),
  ]);
  const dataBytes = Math.max(0, whole.dataBytes - there.dataBytes);
  const indexBytes = Math.max(0, whole.indexBytes - there.indexBytes);
  // An index is sorted in files before it is written; what is loaded goes through the log first.
  const sortBytes = indexBytes > 0 ? whole.largestIndexBytes : 0;
  const logBytes = Math.min(logMax, dataBytes + indexBytes);
  const parts = `tables ~${bytes(dataBytes)}, indexes ~${bytes(indexBytes)}, sorting them ~${bytes(sortBytes)}, log ~${bytes(logBytes)}`;
  const needs: Needs = {data: dataBytes + indexBytes + sortBytes, log: logBytes};
  return {
    neededBytes: needs.data + needs.log,
    parts,
    rooms: [...(await roomsOf(target.storage, needs)), ...(await planned(plan, target.storage, needs))],
  };
};

type Needs = {readonly data: number; readonly log: number};

const roomsOf = async (storage: Storage, needs: Needs): Promise<Room[]> =>
  (await storage.disks()).map(({holds, freeBytes}) => ({where: `${holds} on its disk`, neededBytes: neededFor(holds, needs), freeBytes}));

const neededFor = (holds: Disk['holds'], {data, log}: Needs): number =>
  holds === 'data and log' ? data + log : holds === 'data' ? data : log;

/** What an operator gives the whole server, less what its databases take now. */
const planned = async ({target: {disk}}: Sides['plan'], storage: Storage, {data, log}: Needs): Promise<Room[]> =>
  disk === undefined
    ? []
    : [{where: `target.disk (${bytes(disk)})`, neededBytes: data + log, freeBytes: Math.max(0, disk - (await storage.databaseBytes()))}];

export const diskFindings = async (sides: Sides): Promise<Finding[]> => {
  const headroom = await headroomOf(sides);
  if (!headroom) return [];
  const short = tooSmall(headroom);
  if (short.length)
    return [
      {
        severity: 'refuse',
        code: 'CF-DISK-001',
        object: 'target server',
        reason: shortWords(headroom),
        next: 'make room on the target, or move fewer tables',
      },
    ];
  if (headroom.rooms.length) return [];
  return [
    {
      severity: 'warn',
      code: 'CF-DISK-001',
      object: 'target server',
      reason: `needs room for ~${bytes(headroom.neededBytes)} (${headroom.parts}), and its room could not be measured from here`,
      next: 'look at its disk, and write target.disk: SIZE into the plan, which is checked from then on',
    },
  ];
};

const tooSmall = ({rooms}: Headroom): readonly Room[] => rooms.filter(({neededBytes, freeBytes}) => freeBytes < neededBytes);

/** `has 80MiB free for data and log on its disk, and ~180MiB are needed (tables ~…)`. */
export const shortWords = (headroom: Headroom): string =>
  `${tooSmall(headroom)
    .map(({where, neededBytes, freeBytes}) => `has ${bytes(freeBytes)} free for ${where}, and ~${bytes(neededBytes)} are needed`)
    .join('; ')} (${headroom.parts})`;

/** Before rows are loaded: much time may have passed since `assess`, and somebody else may have filled the disk. */
export const requireRoom = async (context: PhaseContext): Promise<{readonly neededBytes: number} | undefined> => {
  const {source, target, plan} = context;
  const headroom = await headroomOf({source, target, plan: plan.plan, tables: await context.tables(), mapping: await context.mapping()});
  if (headroom && tooSmall(headroom).length)
    throw new TerminalError(`the target ${shortWords(headroom)}`, {
      code: 'CF-DISK-001',
      next: 'make room on the target, then: crossfade resume',
    });
  return headroom && {neededBytes: headroom.neededBytes};
};
