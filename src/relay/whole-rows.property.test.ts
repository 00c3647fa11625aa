import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {HeldState} from '../engine/engine.ts';
import {type Change, type Key, keyText, type Row, type StreamEvent} from '../model/change.ts';
import {toPosition} from '../engine/postgres/postgres-position.ts';
import type {Table} from '../model/table.ts';
import {WholeRows} from './whole-rows.ts';

const column = (name: string) => ({name, type: 'text', notNull: false, generated: false, identity: undefined, portableBinary: true});
const TABLE: Table = {
  name: {schema: 's', name: 't'},
  columns: [column('id'), column('v')],
  key: ['id'],
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
};
const table = TABLE.name;

type Rows = ReadonlyMap<string, Row>;
type Committed = {readonly id: string; readonly changes: readonly Change[]; readonly after: Rows};

/** What a client did to one key: whether its message tells the row is the message's affair. */
type Act = {readonly key: number; readonly act: 'put' | 'delete' | 'truncate'; readonly value: string; readonly isTold: boolean};
type Work = readonly Act[];

/** The log that these acts leave, with the rows after each commit. The last one is of a mark. */
function logOf(works: readonly Work[]): readonly Committed[] {
  let rows: Rows = new Map();
  return [...works, []].map((acts, index) => {
    const next = new Map(rows);
    const changes = acts.flatMap((act) => change(next, act));
    rows = next;
    return {id: String(index), changes, after: rows};
  });
}

function change(rows: Map<string, Row>, {key: number, act, value, isTold}: Act): Change[] {
  if (act === 'truncate') {
    rows.clear();
    return [{kind: 'truncate', tables: [table]}];
  }
  const key: Key = [String(number)];
  const [id, isThere] = [keyText(key), rows.has(keyText(key))];
  if (act === 'delete') return rows.delete(id) ? [{kind: 'delete', table, key}] : [];
  const row = {id: String(number), v: value};
  rows.set(id, row);
  if (isTold) return [{kind: isThere ? 'update' : 'insert', table, key, row}];
  return [isThere ? {kind: 'reread', table, key} : {kind: 'reread', table, key, isNew: true}];
}

const eventsOf = ({id, changes}: Committed): readonly StreamEvent[] => [
  {type: 'begin', transaction: id, commit: toPosition(`0/${id}`)},
  ...changes.map((one) => ({type: 'change', change: one}) as const),
  {type: 'commit', end: toPosition(`0/${id}`)},
];

/** The receiving side, which takes nothing that does not fit. */
class Receiver {
  readonly rows = new Map<string, Row>();

  apply(one: Change): void {
    if (one.kind === 'truncate') return this.rows.clear();
    const id = keyText(one.key);
    expect(this.rows.has(id), `${one.kind} of ${id}`).toBe(one.kind !== 'insert');
    if (one.kind === 'delete') this.rows.delete(id);
    else if (one.kind === 'reread') throw new Error('a row is read alone');
    else this.rows.set(id, {...this.rows.get(id), ...one.row});
  }
}

const acts = fc.array(
  fc.record({
    key: fc.integer({min: 0, max: 3}),
    act: fc.constantFrom<Act['act'][]>('put', 'put', 'put', 'delete', 'truncate'),
    value: fc.string({maxLength: 3}),
    isTold: fc.boolean(),
  }),
  {maxLength: 5},
);
const works = fc.array(acts, {minLength: 1, maxLength: 8});

/** `ahead`: how many commits each state that is held is behind the one that asks for it. */
function statesOf(log: readonly Committed[], ahead: readonly number[]) {
  const states = {holds: 0, open: 0};
  const hold = async (delivered: ReadonlySet<string>): Promise<HeldState> => {
    const [asking = '0'] = delivered;
    const upTo = Math.min(Number(asking) + (ahead[states.holds++ % ahead.length] ?? 0), log.length - 2);
    states.open++;
    return {
      sees: (id) => Number(id) <= upTo,
      rows: async (_table, keys) => keys.flatMap((key): Row[] => [log[upTo]?.after.get(keyText(key))].filter((row) => row !== undefined)),
      close: async () => void states.open--,
    };
  };
  return {hold, states, mark: async () => undefined};
}

test('what is stored is always a state that the source was in, whatever is held and however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(works, fc.array(fc.nat(5), {minLength: 1}), fc.array(fc.nat(3), {minLength: 1}), async (done, ahead, sizes) => {
      const log = logOf(done);
      const {states, ...parts} = statesOf(log, ahead);
      const whole = new WholeRows({tables: [TABLE], ...parts, mayReread: () => false, isFarBehind: async () => true});
      const receiver = new Receiver();
      let at = 0;
      for await (const events of whole.of(inBatches(log.flatMap(eventsOf), sizes)))
        for (const event of events) {
          if (event.type === 'change') receiver.apply(event.change);
          if (event.type !== 'commit') continue;
          if (!event.joins) expect(receiver.rows, `after ${at}`).toEqual(log[at]?.after);
          at++;
        }
      expect(at).toBe(log.length);
      expect(states.open, 'states that are held for nobody').toBe(0);
    }),
    {numRuns: 2000, includeErrorInReport: true},
  );
});

test('in the window of the replay the copy may hold any state of a row, and the last one stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      works,
      fc.array(fc.nat(8), {minLength: 4, maxLength: 4}),
      fc.array(fc.nat(5), {minLength: 1}),
      async (done, copied, ahead) => {
        const log = logOf(done);
        const rows = new Map<string, Row>();
        for (const [key, at] of copied.entries()) {
          const id = keyText([String(key)]);
          const row = log[at % log.length]?.after.get(id);
          if (row) rows.set(id, row);
        }
        const whole = new WholeRows({tables: [TABLE], ...statesOf(log, ahead), mayReread: () => true, isFarBehind: async () => false});
        for await (const events of whole.of(inBatches(log.flatMap(eventsOf), [2])))
          for (const event of events) if (event.type === 'change') applyInWindow(rows, event.change);
        expect(rows).toEqual(log.at(-1)?.after);
      },
    ),
    {numRuns: 2000, includeErrorInReport: true},
  );
});

function applyInWindow(rows: Map<string, Row>, one: Change): void {
  if (one.kind === 'truncate') return rows.clear();
  if (one.kind === 'reread') throw new Error('a row is read alone');
  if (one.kind === 'delete') rows.delete(keyText(one.key));
  else rows.set(keyText(one.key), one.row);
}

async function* inBatches(events: readonly StreamEvent[], sizes: readonly number[]): AsyncGenerator<readonly StreamEvent[]> {
  for (let from = 0, turn = 0; from < events.length; turn++) {
    const size = 1 + (sizes[turn % sizes.length] ?? 0);
    yield events.slice(from, from + size);
    from += size;
  }
}

/** Of rows that are there in every state. */
const held = (sees: HeldState['sees']): HeldState => ({
  sees,
  rows: async (_table, keys) => keys.map(([id = '']) => ({id, v: 'last'})),
  close: async () => undefined,
});
const asked = (id: string, key: string, ours: readonly StreamEvent[] = []): readonly StreamEvent[] => {
  const [begin, ...rest] = eventsOf({id, changes: [{kind: 'reread', table, key: [key]}], after: new Map()});
  return begin ? [begin, ...ours, ...rest] : [];
};

test('a row is read alone where that may be and much waits, and from a held state otherwise', async () => {
  const known = {window: true, far: true};
  const whole = new WholeRows({
    tables: [TABLE],
    hold: async () => held((id) => id === '3'),
    mark: async () => undefined,
    mayReread: () => known.window,
    isFarBehind: async () => known.far,
  });
  const seen: unknown[] = [];
  for await (const events of whole.of(
    inBatches(
      ['1', '2', '3', '4'].flatMap((id) => asked(id, id)),
      [50],
    ),
  ))
    for (const event of events) {
      if (event.type === 'change') seen.push(event.change.kind);
      if (event.type !== 'commit') continue;
      if (seen.length === 1) known.window = false; // consumed before the next is decided
    }
  expect(seen).toEqual(['reread', 'update', 'update', 'update']);
});

test('what was carried here is nobody’s question', async () => {
  const whole = new WholeRows({
    tables: [TABLE],
    hold: () => Promise.reject(new Error('a state is held')),
    mark: () => Promise.reject(new Error('a mark is written')),
    mayReread: () => false,
    isFarBehind: async () => false,
  });
  const seen: string[] = [];
  for await (const events of whole.of(inBatches(asked('1', '1', [{type: 'ours'}]), [50]))) seen.push(...events.map(({type}) => type));
  expect(seen).toEqual(['begin', 'ours', 'commit']);
});

test('a state that holds a later commit and not an earlier one is thrown away', async () => {
  const [first, second] = logOf([[{key: 1, act: 'put', value: 'a', isTold: false}], []]);
  const whole = new WholeRows({
    tables: [TABLE],
    hold: async () => ({sees: (id) => id === '0', rows: async () => [], close: async () => undefined}), // deleted by one that comes later
    mark: async () => undefined,
    mayReread: () => false,
    isFarBehind: async () => false,
  });
  const events = [first, second].flatMap((one) => (one ? eventsOf(one) : []));
  const read = async (): Promise<void> => {
    for await (const _ of whole.of(inBatches(events, [50]))) continue;
  };
  await expect(read()).rejects.toMatchObject({code: 'CF-SRC-006'});
});
