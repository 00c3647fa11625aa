/** Copies that go on evenly, in bursts, ever slower, or not as the server's statistics say. Each is made with two seeds. */
export type Load = {
  readonly name: string;
  /** Made on both sides, where the target's are not others. */
  readonly tables: readonly string[];
  readonly targetTables?: readonly string[];
  /** Done on the source alone, before the run; `seed` moves sizes and moments, so that no two are alike. */
  fill(seed: number): readonly string[];
  /** Lines of the plan beside the usual ones. */
  readonly plan: string;
  /** Done once that share of the chunks is done: the words of a command, or a kill -9 and `resume`. */
  readonly acts?: (seed: number) => readonly Act[];
  /** Written to the source in turns with rests, as long as the copy goes on. */
  readonly bursts?: (seed: number) => Burst;
};

export type Act = {readonly share: number; readonly afterMs?: number; readonly words: readonly string[] | 'kill'};
export type Burst = {readonly statement: string; readonly times: number; readonly restMs: number};

const ITEM = 'CREATE TABLE shop.item (id bigint PRIMARY KEY, n int NOT NULL, note text NOT NULL)';
const FINE = 'load: {parallel: 2, chunk: 16KiB}';
const COARSE = 'load: {parallel: 2, chunk: 2MiB}';

/** `width`: copies of 32 bytes, as an expression over i. */
const items = (rows: number, width = '4', table = 'shop.item'): string =>
  `INSERT INTO ${table} SELECT i, i % 997, repeat(md5(i::text), (${width})::int) FROM generate_series(1, ${Math.round(rows)}) AS i`;

const slower = (percent: number): readonly string[] => ['set', `throttle.copy=${percent}`, '--reason', 'the recording'];
const once = (rows: number, width?: string) => (seed: number) => [items(rows * (0.8 + 0.3 * seed), width), 'ANALYZE'];

const TABLES = ['narrow', 'wide', 'mixed'].map((name) => ITEM.replace('shop.item', `shop.${name}`));
const SWITCH = ['CREATE SCHEMA aside', 'CREATE TABLE aside.switch (n int NOT NULL)', 'INSERT INTO aside.switch VALUES (0)'];

export const LOADS: readonly Load[] = [
  {name: 'steady', tables: [ITEM], fill: once(1_200_000), plan: FINE},
  {name: 'few-chunks', tables: [ITEM], fill: once(800_000), plan: COARSE, acts: () => [{share: 0, words: slower(90)}]},
  {
    name: 'values-change',
    tables: [ITEM],
    targetTables: ['CREATE TABLE shop.item (id bigint PRIMARY KEY, n int NOT NULL, a text, b text)'],
    fill: once(800_000),
    plan: `${FINE}\nmapping: {tables: {shop.item: {columns: {note: {split: {into: [a, b], at: "0"}}}}}}`,
  },
  {
    name: 'several-tables',
    tables: TABLES,
    fill: (seed) => [
      items(300_000 * seed, '1', 'shop.narrow'),
      items(80_000, '20', 'shop.wide'),
      items(200_000, '1 + i % 7', 'shop.mixed'),
      'ANALYZE',
    ],
    plan: FINE,
  },
  {
    name: 'old-statistics',
    tables: [`${ITEM} WITH (autovacuum_enabled = false)`],
    fill: (seed) => [
      items(500_000 * seed),
      'ANALYZE',
      `INSERT INTO shop.item SELECT i, 1, repeat(md5(i::text), 4) FROM generate_series(2000001, 2700000) AS i`,
    ],
    plan: FINE,
  },
  {name: 'rows-grow', tables: [ITEM], fill: once(400_000, '1 + i / 32000.0'), plan: FINE},
  {
    name: 'slowing',
    tables: [ITEM],
    fill: once(500_000),
    plan: FINE,
    acts: (seed) => [20, 40, 60, 70].map((percent, i) => ({share: 0.2 + 0.18 * i + 0.02 * seed, words: slower(percent)})),
  },
  {
    name: 'quickening',
    tables: [ITEM],
    fill: once(500_000),
    plan: FINE,
    acts: (seed) => [80, 60, 30, 0].map((percent, i) => ({share: 0.1 * seed * i, words: slower(percent)})),
  },
  {
    name: 'stood-still',
    tables: [ITEM],
    fill: once(600_000),
    plan: FINE,
    acts: (seed) => [
      {share: 0.25 + 0.1 * seed, words: ['throttle', '--reason', 'the recording']},
      {share: 0, afterMs: 5000, words: ['unthrottle']},
    ],
  },
  {
    name: 'writes-in-bursts',
    tables: [ITEM],
    fill: once(1_200_000),
    plan: FINE,
    bursts: (seed) => ({
      statement: 'UPDATE shop.item SET n = n + 1 WHERE id IN (SELECT (random() * 1200000)::int FROM generate_series(1, 400))',
      times: 100 * seed,
      restMs: 3000,
    }),
  },
  {
    name: 'throttled-in-bursts',
    tables: [ITEM],
    fill: (seed) => [...SWITCH, ...once(500_000)(seed)],
    plan: `${FINE}\nthrottle: [{sql: {query: SELECT n FROM aside.switch, max: 0}}]`,
    bursts: (seed) => ({statement: 'UPDATE aside.switch SET n = 1 - n', times: 1, restMs: 1500 + 1000 * seed}),
  },
  {name: 'killed', tables: [ITEM], fill: once(1_200_000), plan: FINE, acts: (seed) => [{share: 0.15 + 0.15 * seed, words: 'kill'}]},
];
