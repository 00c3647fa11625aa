/** Writes to a side that Crossfade has closed, as a fault of Crossfade or a superuser could. */
import type {StoryDatabase} from './story-database.ts';

type Side = Pick<StoryDatabase, 'run'>;

const EXEMPT = [
  `SELECT set_config('crossfade.writer', (SELECT secret FROM crossfade.lease LIMIT 1), false)`,
  `SET session_replication_role = replica`,
];
const OVER = [`SET session_replication_role = origin`, `SELECT set_config('crossfade.writer', '', false)`];

/** With the tag of our own writes, so that no stream carries or reports it: only a comparison can find it. */
export const writeUnseen = (side: Side, ...statements: readonly string[]): Promise<void> =>
  side.run(
    ...EXEMPT,
    'BEGIN',
    `INSERT INTO crossfade.tag (migration, lane, n) SELECT migration, 'unseen', 1 FROM crossfade.lease ON CONFLICT (migration, lane) DO UPDATE SET n = crossfade.tag.n + 1`,
    ...statements,
    'COMMIT',
    ...OVER,
  );

/** Without it: the stream of that side, if it has one, knows that somebody else wrote. */
export const writePastTheFence = (side: Side, ...statements: readonly string[]): Promise<void> =>
  side.run(...EXEMPT, ...statements, ...OVER);
