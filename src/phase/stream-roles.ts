/** Which link does what, by who is open. Every phase begins with one of these, so that a restart finds its streams. */
import type {Link} from '../pipeline/replication.ts';
import type {Direction} from '../model/side.ts';
import type {PhaseContext} from './phase.ts';

/** The source is open: forward applies; a reverse stream that exists already is read and dropped. */
export const ensureForward = (context: PhaseContext): Promise<Link> => ensure(context, 'forward');

/** The target is open: reverse applies; the forward stream only watches that the source stays closed. */
export const ensureReverse = (context: PhaseContext): Promise<Link> => ensure(context, 'reverse');

export const other = (direction: Direction): Direction => (direction === 'forward' ? 'reverse' : 'forward');

const ensure = async (context: PhaseContext, direction: Direction): Promise<Link> => {
  if (direction === 'forward') await context.source.source.probeSchema(direction, context.plan.plan.scope);
  const link = await context.replication.ensure(direction, 'apply', await context.mappings(direction), context.epoch);
  if (await hasStream(context, other(direction)))
    await context.replication.ensure(other(direction), 'drop', await context.mappings(other(direction)), context.epoch);
  return link;
};

const hasStream = async (context: PhaseContext, direction: Direction): Promise<boolean> => {
  const receiver = direction === 'forward' ? context.target : context.source;
  return direction === 'forward' || (await receiver.target.progress(direction)) !== undefined;
};
