/** A side whose forward stream comes another way: everything else of it is its own. */
import type {Catalog, Database, Finding, MayReread, RelayedLog, Source} from '../engine/engine.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';

/** What a relay does instead of the source's own stream, forward alone. Each uses that one where it has to. */
export interface RelayStream {
  create(tables: readonly Table[], signal: AbortSignal): Promise<Position>;
  probe(applied: Position | undefined): Promise<void>;
  /** Asked every few seconds while a run works; throws when what waits there is lost. */
  look(): Promise<void>;
  drop(): Promise<void>;
  changes(from: Position, tables: readonly Table[], signal: AbortSignal, mayReread?: MayReread): ReturnType<Source['changes']>;
  acknowledge(position: Position): void;
  /** Undefined before there is one. */
  waiting(): Promise<RelayedLog | undefined>;
  watchedFrom(from: Position): Promise<Position>;
  /** What stands in its way. */
  findings(tables: readonly Table[]): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

export const relayedDatabase = (database: Database, stream: RelayStream): Database => ({
  ...database,
  source: relayedSource(database.source, stream),
  catalog: relayedCatalog(database.catalog, stream),
  async close() {
    await stream.close();
    await database.close();
  },
});

function relayedSource(own: Source, stream: RelayStream): Source {
  return {
    createStream: (direction, tables, signal) =>
      direction === 'forward' ? stream.create(tables, signal) : own.createStream(direction, tables, signal),
    probeStream: (direction, applied) => (direction === 'forward' ? stream.probe(applied) : own.probeStream(direction, applied)),
    dropStream: (direction) => (direction === 'forward' ? stream.drop() : own.dropStream(direction)),
    changes: (direction, from, tables, signal, mayReread) =>
      direction === 'forward' ? stream.changes(from, tables, signal, mayReread) : own.changes(direction, from, tables, signal, mayReread),
    watchedFrom: async (direction, from) => (direction === 'forward' ? stream.watchedFrom(from) : own.watchedFrom?.(direction, from)),
    acknowledge: (direction, position) => (direction === 'forward' ? stream.acknowledge(position) : own.acknowledge(direction, position)),
    async probeSchema(direction, scope) {
      await own.probeSchema(direction, scope);
      if (direction === 'forward') await stream.look();
    },
    hasSameSchema: () => own.hasSameSchema(),
    planRanges: (table, bytes) => own.planRanges(table, bytes),
    copyOut: (table, range, format) => own.copyOut(table, range, format),
    copyRows: (table, range) => own.copyRows(table, range),
    ...(own.copyCarried && {copyCarried: own.copyCarried.bind(own)}),
    mark: (content) => own.mark(content),
    untilVisible: (signal) => own.untilVisible(signal),
    unseen: (delivered) => own.unseen(delivered),
    currentPosition: () => own.currentPosition(),
    readRows: (table, keys, delivered) => own.readRows(table, keys, delivered),
    ...(own.holdRows && {holdRows: own.holdRows.bind(own)}),
    readSequences: (tables) => own.readSequences(tables),
    ...(own.refuseLargeValues && {
      refuseLargeValues: async (table, range, bytes) => own.refuseLargeValues?.(table, range, bytes),
    }),
    ...(own.keptLog && {keptLog: async (direction) => own.keptLog?.(direction)}),
    relayedLog: () => stream.waiting(),
  };
}

const relayedCatalog = (own: Catalog, stream: RelayStream): Catalog => ({
  tables: (scope) => own.tables(scope),
  grants: (as, tables, wishes) => own.grants(as, tables, wishes),
  inventory: (tables) => own.inventory(tables),
  async findings(as, tables, wishes) {
    return [...(await own.findings(as, tables, wishes)), ...(await stream.findings(tables))];
  },
});
