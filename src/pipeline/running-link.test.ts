/** What a link tells comparisons, over a stream that a test writes. */
import {expect, test} from 'vitest';
import {realEffects} from '../../test/support/effects.ts';
import type {Database} from '../engine/engine.ts';
import {migrationMapping} from '../mapping/migration-mapping.ts';
import type {StreamEvent} from '../model/change.ts';
import type {Position} from '../model/position.ts';
import type {Table} from '../model/table.ts';
import type {Telemetry, Wait} from '../telemetry/telemetry.ts';
import {RunningLink} from './running-link.ts';

const column = (name: string) => ({name, type: 'text', notNull: false, generated: false, identity: undefined, portableBinary: true});
const item: Table = {
  name: {schema: 'shop', name: 'item'},
  columns: [column('id')],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};
const at = (n: number): Position => String(n) as unknown as Position;
const {signal} = new AbortController();

test('a comparison begins when whatever was applied before is visible on the sending side (R11)', async () => {
  const asked: string[] = [];
  const answers = [['70'], ['70'], []];
  const {link, waits} = linkOver([transaction(5, '70', 5000), transaction(6, '71', 1)], async (delivered) => {
    asked.push([...delivered].join());
    return new Set(answers.shift());
  });
  await link.reached(at(6), signal);
  const {touched, stop} = await link.remember(signal);
  expect(asked).toEqual(['70,71', '70', '70']);
  expect(waits[0]).toMatchObject({cause: '1 commits on source that no read shows yet, and nothing can be compared before that'});
  expect(waits.at(-1)).toBeUndefined();
  expect(touched(item.name, ['1'], at(6), at(9), () => true)).toBe(false);
  stop();
  (await link.remember(signal)).stop();
  expect(asked.at(-1), 'nothing is asked about twice').toBe('');
  await link.stop();
});

test('what comes while it waits is remembered', async () => {
  const late = Promise.withResolvers<readonly StreamEvent[]>();
  const {link} = linkOver([transaction(5, '70', 1), late.promise], async (delivered) => {
    if (!delivered.has('70')) return new Set();
    late.resolve(transaction(6, '71', 1));
    await link.reached(at(6), signal);
    return new Set();
  });
  await link.reached(at(5), signal);
  const {touched, pending} = await link.remember(signal);
  expect(touched(item.name, ['0'], at(5), at(6), () => true)).toBe(true);
  expect(pending(item.name, ['0'], at(6), (transaction) => transaction !== '71')).toBe(true);
  expect(pending(item.name, ['0'], at(6), (transaction) => transaction !== '70')).toBe(false);
  await link.stop();
});

const transaction = (n: number, xid: string, rows: number): StreamEvent[] => [
  {type: 'begin', transaction: xid, commit: at(n)},
  ...Array.from({length: rows}, (_, i): StreamEvent => {
    const id = String(i);
    return {type: 'change', change: {kind: 'insert', table: item.name, key: [id], row: {id}}};
  }),
  {type: 'commit', end: at(n)},
];

type Pieces = readonly (readonly StreamEvent[] | Promise<readonly StreamEvent[]>)[];

function linkOver(pieces: Pieces, unseen: (delivered: ReadonlySet<string>) => Promise<ReadonlySet<string>>) {
  const source = {
    probeStream: async () => undefined,
    async *changes(_direction: string, _from: Position, _tables: readonly Table[], stop: AbortSignal) {
      for (const piece of pieces) yield await piece;
      await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve()));
    },
    acknowledge: () => undefined,
    mark: async () => at(1000),
    unseen,
  };
  const applier = {write: async () => ({missing: [], refused: []}), commit: async () => undefined, close: async () => undefined};
  const target = {
    progress: async () => ({epoch: 1, position: at(0), commitSeq: 0}),
    windows: async () => ({ends: [{table: item.name, end: at(0)}], rereads: []}),
    applier: async () => applier,
  };
  const waits: (Wait | undefined)[] = [];
  const telemetry = {note: () => {}, gauge: () => {}, count: () => {}, wait: (_: string, wait: Wait | undefined) => void waits.push(wait)};
  const mappings = migrationMapping({tables: [], allowLoss: false}, () => {
    throw new Error('no functions here');
  }).tables([item], [item], 'forward');
  const options = {
    direction: 'forward',
    from: {source, side: 'source'} as unknown as Database,
    to: {target, side: 'target'} as unknown as Database,
    mappings,
    epoch: 1,
    parks: false,
    compare: (a: Position, b: Position) => Number(a) - Number(b),
    isPassing: () => false,
    telemetry: telemetry as unknown as Telemetry,
    effects: realEffects(),
  } as const;
  return {link: new RunningLink(options, 'apply', at(0)), waits};
}
