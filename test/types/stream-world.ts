/** The product's own copy and streams between two databases, without a run: whatever the engines, and whatever the mapping. */
import type {Database, Engine, KeyRange} from '../../src/engine/engine.ts';
import type {TableMapping} from '../../src/mapping/mapping.ts';
import {type Direction, origin, type Side} from '../../src/model/side.ts';
import {copyChunks} from '../../src/pipeline/copier.ts';
import {InProcessReplication} from '../../src/pipeline/in-process-replication.ts';
import type {Link} from '../../src/pipeline/replication.ts';
import type {Telemetry} from '../../src/telemetry/telemetry.ts';
import {realEffects} from '../support/effects.ts';

const EPOCH = 1;

/** As `TestSide` of PostgreSQL has it. */
export type WorldSide = {
  readonly database: Database;
  run(...statements: readonly string[]): Promise<void>;
  /** Every column of every row, as text. */
  rows(statement: string): Promise<readonly (readonly (string | null)[])[]>;
  close(): Promise<void>;
};

export type StreamWorld<S extends WorldSide> = AsyncDisposable &
  Readonly<Record<Side, S>> & {
    /** Makes the stream of a direction at the sending side's position of now. */
    beginStream(direction: Direction): Promise<void>;
    copy(mappings: readonly TableMapping[], ranges: (mapping: TableMapping) => Promise<readonly KeyRange[]>): Promise<number>;
    /** Applies what has been committed so far. */
    stream(direction: Direction): Promise<Link>;
    stopStream(direction: Direction): Promise<void>;
  };

/** As a runner leaves it that has taken the side over. */
export async function leased<S extends WorldSide>(side: S): Promise<S> {
  const {control} = side.database;
  await control.install();
  await control.lock('types');
  await control.raiseEpoch(EPOCH, 'types');
  return side;
}

export function streamWorld<S extends WorldSide>(
  sides: Readonly<Record<Side, S>>,
  engines: Readonly<Record<Side, Pick<Engine, 'comparePositions' | 'isPassing'>>>,
  mappings: (direction: Direction) => Promise<readonly TableMapping[]>,
): StreamWorld<S> {
  const {source, target} = sides;
  const telemetry: Telemetry = {note: () => undefined, gauge: () => undefined} as unknown as Telemetry;
  const replication = new InProcessReplication({
    ...{source: source.database, target: target.database, engines, telemetry},
    effects: realEffects(),
  });
  const sendingAt = (direction: Direction): Database => sides[origin(direction)].database;
  return {
    source,
    target,
    async beginStream(direction) {
      const sending = (await mappings(direction)).map((one) => one.from);
      const position = await sendingAt(direction).source.createStream(direction, sending, new AbortController().signal);
      await (direction === 'forward' ? target : source).database.target.setProgress(direction, position, EPOCH);
    },
    async copy(all, ranges) {
      const planned = [];
      for (const mapping of all) for (const range of await ranges(mapping)) planned.push({table: mapping.to.name, range});
      const chunks = await target.database.target.planChunks(planned, EPOCH);
      const request = {from: source.database, to: target.database, mappings: all, chunks, epoch: EPOCH, parallel: () => 2, telemetry};
      const done = await copyChunks({...request, lane: () => (piece) => piece(), signal: new AbortController().signal});
      return done.rows;
    },
    async stream(direction) {
      const link = await replication.ensure(direction, 'apply', await mappings(direction), EPOCH);
      await Promise.race([link.untilStrict(new AbortController().signal), replication.failed]);
      const mark = await sendingAt(direction).source.mark('types');
      await Promise.race([link.reached(mark, new AbortController().signal), replication.failed]);
      return link;
    },
    stopStream: (direction) => replication.stop(direction),
    async [Symbol.asyncDispose]() {
      await replication.close();
      await source.database.source.dropStream('forward');
      await target.database.source.dropStream('reverse');
      await Promise.all([source.close(), target.close()]);
    },
  };
}
