import {describe, expect, test} from 'vitest';
import type {MappingRules, TableRule} from '../../model/mapping-rules.ts';
import type {Column, Table} from '../../model/table.ts';
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {TableMapping} from '../mapping.ts';
import {migrationMapping} from '../migration-mapping.ts';
import {mysqlToPostgres} from './pair.ts';

const column = (name: string, type: string): Column => ({
  name,
  type,
  notNull: true,
  generated: false,
  identity: undefined,
  portableBinary: false,
});
const table = (columns: Readonly<Record<string, string>>, key: readonly string[]): Table => ({
  name: {schema: 'shop', name: 'Visits'},
  columns: Object.entries(columns).map(([name, type]) => column(name, type)),
  key,
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

const SOURCE = table(
  {At: 'datetime(6)', mood: "enum('happy','sad')", bits: 'bit(5)', tags: "set('z','a')", since: 'year(4)', rating: 'float', n: 'int(11)'},
  ['At', 'mood', 'bits', 'tags', 'since', 'n'],
);
const TARGET = table(
  {
    At: 'timestamp(6) without time zone',
    mood: 'shop."Visits_mood"',
    bits: 'bit(5)',
    tags: 'text[]',
    since: 'smallint',
    rating: 'real',
    n: 'integer',
  },
  SOURCE.key,
);
const ROW = {
  At: '2024-01-02 03:04:05.500000',
  mood: 'sad',
  bits: '\\x05',
  tags: 'z,a',
  since: '0000',
  rating: '0.10000000149011612',
  n: '7',
};
const THERE = {At: '2024-01-02 03:04:05.5', mood: 'sad', bits: '00101', tags: '{z,a}', since: '0', rating: '0.1', n: '7'};
const keyOf = ({key}: Table, row: Readonly<Record<string, string>>): readonly string[] => key.map((name) => row[name] ?? '');
const [KEY, KEY_THERE] = [keyOf(SOURCE, ROW), keyOf(TARGET, THERE)];

const rule = (columns: TableRule['columns'], more: Partial<TableRule> = {}): TableRule => ({
  from: SOURCE.name,
  to: SOURCE.name,
  where: undefined,
  columns,
  ...more,
});
const made = (rules: Partial<MappingRules> = {}, wishes: Partial<ConversionRules> = {}) =>
  migrationMapping({tables: [], allowLoss: false, ...rules}, () => (value) => value, mysqlToPostgres({accept: [], ...wishes}));
const one = (direction: 'forward' | 'reverse', rules: Partial<MappingRules> = {}): TableMapping => {
  const [found] = made(rules).tables([SOURCE], [TARGET], direction);
  if (!found) throw new Error('no mapping');
  return found;
};

describe('a key of MySQL', () => {
  test('has its texts of PostgreSQL in every kind of change, and leads back', () => {
    const forward = one('forward');
    const name = SOURCE.name;
    expect(forward.row(ROW)).toEqual(THERE);
    expect(forward.change({kind: 'insert', table: name, key: KEY, row: ROW})).toMatchObject({key: KEY_THERE, row: THERE});
    expect(forward.change({kind: 'delete', table: name, key: KEY})).toMatchObject({key: KEY_THERE});
    expect(forward.change({kind: 'reread', table: name, key: KEY, oldKey: KEY})).toMatchObject({key: KEY_THERE, oldKey: KEY_THERE});
    const moved = KEY.with(0, '2023-01-02 03:04:05.000000');
    expect(forward.change({kind: 'update', table: name, key: KEY, oldKey: moved, row: ROW})).toMatchObject({
      key: KEY_THERE,
      oldKey: KEY_THERE.with(0, '2023-01-02 03:04:05'),
      row: THERE,
    });
    expect(forward.keyBack(KEY_THERE)).toEqual(KEY);
    expect(one('reverse').keyThere(KEY_THERE)).toEqual(KEY);
    expect(one('reverse').change({kind: 'delete', table: name, key: KEY_THERE})).toMatchObject({key: KEY});
  });

  test('that has no equal is refused even where the plan allows loss: two rows could become one (H-39, H-45)', () => {
    for (const [place, value] of [
      [0, '0000-00-00 00:00:00.000000'],
      [1, ''],
    ] as const)
      expect(() => one('forward', {allowLoss: true}).keyThere(KEY.with(place, value))).toThrow(
        expect.objectContaining({code: 'CF-MAP-003'}),
      );
  });

  test('may be none whose values have several texts', () => {
    const reasons = made()
      .findings([{...SOURCE, key: ['rating']}], [])
      .map(({severity, reason}) => `${severity} ${reason}`);
    expect(reasons[0]).toMatch(/^refuse .*Visits\.rating is part of the key/);
    expect(
      made()
        .findings([SOURCE], [TARGET])
        .filter(({severity}) => severity === 'refuse'),
    ).toEqual([]);
  });
});

test('what the receiving side shows is compared as the sending one would have made it (H-36)', () => {
  expect(one('forward').received({...THERE, rating: '1e-01'})).toEqual(THERE);
  expect(one('reverse').received(ROW)).toEqual(one('reverse').row(THERE));
  // Two zero dates: one was allowed to be lost, the other is a difference.
  const zero = {...ROW, At: '0000-00-00 00:00:00.000000'};
  expect(one('reverse').received(zero)['At']).toBe(zero.At);
  expect(one('reverse', {allowLoss: true}).received(zero)['At']).toBeNull();
  // What has no place on the source stays as it is.
  expect(one('forward').received({...THERE, At: 'infinity'})['At']).toBe('infinity');
});

test('a sequence follows its column, whose values are alike', () => {
  expect(one('forward').columns).toEqual(new Map([['n', 'n']]));
});

test('where the plan says so, NULL stands for the zero dates of a column that has no NULL, and comes back as one (H-39)', () => {
  const zeroDates = {zeroDates: 'nullable'} as const;
  const source = table({id: 'int', born: 'date', seen: 'datetime(3)', at: 'timestamp'}, ['id']);
  const maybe = {...source, columns: source.columns.map((one) => (one.name === 'seen' ? {...one, notNull: false} : one))};
  const target = table({id: 'integer', born: 'date', seen: 'timestamp(3) without time zone', at: 'timestamp(0) with time zone'}, ['id']);
  const zero = {id: '1', born: '0000-00-00', seen: '0000-00-00 00:00:00.000', at: '0000-00-00 00:00:00'};
  const there = {id: '1', born: null, seen: null, at: null};
  const [forward] = made({}, zeroDates).tables([source], [target], 'forward');
  expect(forward?.row(zero)).toEqual(there);
  const [back] = made({}, zeroDates).tables([source], [target], 'reverse');
  expect(back?.row(there)).toEqual(zero);
  const lost = expect.objectContaining({code: 'CF-MAP-003'});
  expect(() => forward?.row({...zero, born: '2000-00-00'})).toThrow(lost);
  expect(() => made({}, zeroDates).tables([maybe], [target], 'forward')[0]?.row(zero)).toThrow(lost);
  expect(() => made().tables([source], [target], 'forward')[0]?.row(zero)).toThrow(lost);
  const key = {...source, key: ['id', 'born']};
  expect(() =>
    made({}, zeroDates)
      .tables([key], [{...target, key: key.key}], 'forward')[0]
      ?.row(zero),
  ).toThrow(lost);
});

test('a type without an equal is refused by name, until the plan declares one', () => {
  const source = {...SOURCE, columns: [...SOURCE.columns, column('place', 'polygon')]};
  const refused = made().findings([source], []);
  expect(refused.map(({reason}) => reason)).toEqual([
    expect.stringContaining('polygon is not moved by itself; the plan may say type: bytea'),
  ]);
  const declared = made({tables: [rule([{kind: 'rename', column: 'place', to: 'place', type: 'bytea'}])]});
  expect(declared.findings([source], []).filter(({severity}) => severity === 'refuse')).toEqual([]);
});

test('another type on the target than the conversion makes is named, whichever the plan would have to say', () => {
  const target = {...TARGET, columns: TARGET.columns.map((one) => (one.name === 'n' ? {...one, type: 'bigint'} : one))};
  expect(made().findings([SOURCE], [target])[0]).toMatchObject({code: 'CF-MAP-001', severity: 'refuse'});
  const declared = made({tables: [rule([{kind: 'rename', column: 'n', to: 'n', type: 'bigint'}])]});
  expect(declared.findings([SOURCE], [target]).filter(({severity}) => severity === 'refuse')).toEqual([]);
});

test('rows are chosen by columns whose texts are the same everywhere', () => {
  const where = (name: string, value: string) =>
    made({tables: [rule([], {where: [{column: name, kind: 'in', values: [value]}]})]})
      .findings([SOURCE], [])
      .filter(({severity}) => severity === 'refuse');
  expect(where('n', '7')).toEqual([]);
  expect(where('n', '07')).toHaveLength(1);
  expect(where('At', ROW.At)).toHaveLength(1);
});

test('the plan may have names in lower case, and TINYINT(1) as boolean everywhere but where it says otherwise', () => {
  const wishes = {names: 'lower', tinyint1: 'boolean'} as const;
  const source = table({Id: 'int', Active: 'tinyint(1)', Level: 'tinyint(1)'}, ['Id']);
  const rules = {tables: [rule([{kind: 'rename', column: 'Level', to: 'level', type: 'smallint'}])]};
  const mapping = made(rules, wishes);
  expect(mapping.targetName(source.name)).toEqual({schema: 'shop', name: 'visits'});
  const target = {...table({id: 'integer', active: 'boolean', level: 'smallint'}, ['id']), name: {schema: 'shop', name: 'visits'}};
  expect(mapping.findings([source], [target])).toEqual([]);
  const [forward] = mapping.tables([source], [target], 'forward');
  expect(forward?.row({Id: '1', Active: '1', Level: '1'})).toEqual({id: '1', active: 't', level: '1'});
  expect(mapping.reshapes([source])).toMatchObject([{to: {schema: 'shop', name: 'visits'}}]);
  expect(made().reshapes([source])).toEqual([]);
});
