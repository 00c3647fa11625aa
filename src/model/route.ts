/** The router's control channel: one row per side and migration. The highest epoch wins; a hold ends by itself. */
import type {Side} from './side.ts';

export type RouteRow = {
  readonly epoch: number;
  /** Raised by every write of a side's row; of two rows the higher (epoch, version) counts. */
  readonly version: number;
  /** Where statements go. */
  readonly side: Side;
  readonly state: 'open' | 'hold';
  /** RFC 3339, the database's clock; only with `hold`. After it the fence decides. */
  readonly holdUntil: string | undefined;
  readonly readPercent: number;
};
