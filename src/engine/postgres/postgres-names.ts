/** Names of what Crossfade leaves in a server (design §2): several migrations share one. */
import type {Direction} from '../../model/side.ts';
import type {MigrationRef} from '../engine.ts';

export const publicationName = (migration: MigrationRef): string => `crossfade_${migration.short}`;
export const slotName = (migration: MigrationRef, direction: Direction): string =>
  `crossfade_${migration.short}_${direction === 'forward' ? 'fwd' : 'rev'}`;
/** Of the slot beside that of a stream which somebody else reads. */
export const keptSlotName = (migration: MigrationRef): string => `crossfade_${migration.short}_kept`;
/** Content of a mark as it stands in the log: the migration first, so that two migrations on one server stay apart. */
export const markContent = (migration: MigrationRef, content: string): string => `${migration.short} ${content}`;
