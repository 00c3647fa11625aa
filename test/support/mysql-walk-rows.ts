/** The acts of a walk that carry rows: from `item`, into `copy`, and the comparison of them. */
import type {TextForm} from '../../src/model/text-form.ts';
import type {Position} from '../../src/model/position.ts';
import type {RowOperation} from '../../src/model/row-operation.ts';
import type {Act, Walking} from './mysql-walk.ts';

export const EPOCH = 1;
export const NEVER: AbortSignal = new AbortController().signal;

const NOTHING = {rereadAdd: [], rereadRemove: [], rereadClear: [], ends: []};
const RANGE = {after: undefined, to: undefined};

export const sent = ({side, item, says}: Walking): readonly Act[] => {
  let from: Position | undefined;
  return [
    {
      name: 'createStream',
      run: async () => {
        from = await side.source.createStream('forward', [item], NEVER);
        await side.source.probeStream('forward', from);
        await side.source.probeSchema('forward', {tables: [`${item.name.schema}.item`], exclude: []});
        return side.source.keptLog?.('forward');
      },
      announced: says?.source.createStream('forward', [item]),
    },
    {
      name: 'changes',
      run: async () => {
        await side.source.mark('the end');
        const over = new AbortController();
        for await (const events of side.source.changes('forward', from ?? ('' as Position), [item], over.signal))
          if (events.some((event) => event.type === 'mark' && event.content === 'the end')) over.abort();
      },
      announced: says?.source.changes('forward'),
    },
    {name: 'planRanges', run: () => side.source.planRanges(item, 1000), announced: says?.source.planRanges([item], 1000)},
    {name: 'readRows', run: () => side.source.readRows(item, [['1']], new Set()), announced: says?.source.readRows([item])},
    {name: 'readSequences', run: () => side.source.readSequences([item]), announced: says?.source.readSequences()},
  ];
};

const insert = (id: string): RowOperation => ({form: 'insert', key: [id], row: {id, word: `word ${id}`, at: null}});

export const received = ({side, item, copy, says}: Walking): readonly Act[] => [
  {
    name: 'copyOut',
    run: async () => {
      const [chunk] = await side.target.planChunks([{table: copy.name, range: RANGE}], EPOCH);
      if (!chunk) throw new Error('one was planned');
      const {rows, done} = await side.source.copyRows(item, RANGE);
      const end = async (): Promise<Position> => (await done(), side.source.currentPosition());
      const loaded = await side.target.loadChunk({
        table: copy,
        chunk,
        epoch: EPOCH,
        format: 'text',
        input: side.target.bulkOf(copy, rows),
        end,
      });
      return loaded.rows;
    },
    announced: says?.source.copyOut(item, 'text'),
  },
  {name: 'loadChunk', run: async () => undefined, announced: says?.target.loadChunk(copy, 'text')},
  {
    name: 'apply',
    run: async () => {
      await side.target.setProgress('forward', await side.source.currentPosition(), EPOCH);
      const lane = await side.target.applier('forward', EPOCH, [copy]);
      const rows = (...operations: readonly RowOperation[]) => ({kind: 'rows' as const, operations});
      const steps = [
        rows(insert('7001'), insert('7002')),
        rows(
          {form: 'update', key: ['7001'], row: {id: '7001', word: 'new', at: null}, exact: true},
          {form: 'delete', key: ['7002'], exact: true},
        ),
        rows({form: 'upsert', key: ['7003'], row: {id: '7003', word: 'x', at: null}}),
        rows({form: 'move', oldKey: ['7003'], key: ['7004'], row: {id: '7004', word: 'x', at: null}}),
        {kind: 'truncate' as const},
      ];
      await lane.write([{table: copy.name, steps}]);
      await lane.commit({position: await side.source.currentPosition(), commitSeq: 0, ...NOTHING});
      await lane.close();
    },
    announced: says?.target.apply('forward', [copy]),
  },
  {
    name: 'setSequences',
    run: async () => {
      const states = await side.source.readSequences([item]);
      await side.target.setSequences(
        states.map((state) => ({...state, name: copy.name, owner: {table: copy.name, column: 'id'}})),
        10_000,
      );
    },
    announced: says?.target.setSequences(),
  },
  {name: 'analyze', run: () => side.target.analyze([copy]), announced: says?.target.analyze([copy])},
];

export const compared = ({side, item, says}: Walking): readonly Act[] => [
  {name: 'counts', run: () => side.compare.counts([item]), announced: says?.compare.counts([item])},
  {
    name: 'compare',
    run: async () => {
      const {compare} = side;
      const keys = [['1'], ['2']];
      await compare.digests(item, [RANGE], 'forward');
      await compare.rowDigests(item, RANGE, undefined);
      await compare.rowHashes(item, keys);
      await compare.rows(item, keys);
      await compare.holding?.(item, keys, () => compare.rows(item, keys));
      return [await compare.split(item, RANGE, 500), await compare.sampleKeys(item, 10)];
    },
    announced: says?.compare.rows([item], {isPlain: true}),
  },
  {
    name: 'compare with another engine',
    run: async () => {
      const forms = item.columns.map((): TextForm => 'text');
      await side.compare.digests(item, [RANGE], 'forward', forms);
      return side.compare.rowDigests(item, RANGE, undefined, forms);
    },
    announced: says?.compare.rows([item], {isPlain: false, alike: {forms: item.columns.map(() => 'text'), isLoose: false}}),
  },
  {name: 'read', run: () => side.compare.read(item, RANGE, undefined), announced: says?.compare.rows([item], {isPlain: false})},
];
