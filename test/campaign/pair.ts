/** What a campaign has to know of a pair of engines: how its sides are opened and filled, and what is made wrong between them. */
import type {Engine} from '../../src/engine/engine.ts';
import type {EnginePair} from '../../src/mapping/engine-pair.ts';
import type {Side} from '../../src/model/side.ts';
import type {WorldSide} from '../types/stream-world.ts';
import type {Recipes} from './corruption.ts';
import type {TableNamed} from './tables.ts';

export type Sides = Readonly<Record<Side, WorldSide>>;
export type Server = {readonly url: string; stop(): Promise<void>};

export type CampaignPair = {
  readonly engines: Readonly<Record<Side, Engine>>;
  /** What columns of one engine are to the other. */
  readonly values: EnginePair;
  readonly recipes: Recipes;
  /** Servers of one's own, for the command. */
  readonly start: Readonly<Record<Side, () => Promise<Server>>>;
  /** With the tables in both, and the rows in the source. */
  open(urls: Readonly<Record<Side, string>>): Promise<Sides>;
  /** The columns of a key, in SQL of the source, as the target writes them. */
  keys(table: TableNamed): readonly string[];
  /** On the source, as a write that no log tells. */
  writeUnseen(source: WorldSide, ...statements: readonly string[]): Promise<void>;
};
