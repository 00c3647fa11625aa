/** Nothing lies between: the runner reads the source's stream itself, and the source keeps its log until the target has it. */
import type {Relay} from './relay.ts';

export const inProcess: Relay = {
  through: (source) => source,
  engine: (engine) => engine,
};
