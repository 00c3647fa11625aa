/**
 * Where changes wait on the way from the source to the target. A relay changes how the source's stream is read and nothing
 * else: the side that it answers with is used by phases and links as any other is, so apply, drain, comparison and cutover
 * are the same with every relay.
 *
 * What must hold: `changes` of that side delivers whole transactions in the order in which they committed, none twice and none
 * left out behind the position that it is asked for, or it throws. Its positions may carry a place of the relay's own, which
 * is stored with the data like the rest of them. What was acknowledged to the source before it is on the target waits in a
 * durable place, whose end is watched. The reverse stream never goes through a relay.
 */
import type {Database, Engine} from '../engine/engine.ts';

export interface Relay {
  /** The source with its forward stream through this relay. Connects lazily; what it opens ends with the side. */
  through(source: Database): Database;
  /** The engine of the source, which compares positions of this relay. */
  engine(engine: Engine): Engine;
}
