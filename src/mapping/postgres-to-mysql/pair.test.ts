import {describe, expect, test} from 'vitest';
import type {ConversionRules} from '../../model/conversion-rules.ts';
import type {MappingRules} from '../../model/mapping-rules.ts';
import type {PostgresColumn, PostgresSchema} from '../../model/postgres-schema.ts';
import type {Column, Table} from '../../model/table.ts';
import type {TableMapping} from '../mapping.ts';
import {migrationMapping} from '../migration-mapping.ts';
import {postgresToMysql} from './pair.ts';
import type {FlavourName} from './types.ts';

const column = (name: string, type: string, base?: string): Column => ({
  name,
  type,
  ...(base ? {base} : {}),
  notNull: true,
  generated: false,
  identity: undefined,
  portableBinary: false,
});
const table = (columns: readonly Column[], key: readonly string[]): Table => ({
  name: {schema: 'shop', name: 'Visits'},
  columns,
  key,
  partitions: [],
  estimatedRows: 0,
  estimatedBytes: 0,
});

const KEY = ['At', 'mood', 'code', 'token', 'n'];
const SOURCE = table(
  [
    column('At', 'timestamp with time zone'),
    column('mood', 'shop.mood', 'enum'),
    column('code', 'character(4)'),
    column('token', 'uuid'),
    column('n', 'integer'),
    column('mail', 'shop.email', 'character varying(80)'),
    column('rating', 'real'),
    column('settings', 'jsonb'),
  ],
  KEY,
);
const targetOf = (flavour: FlavourName): Table =>
  table(
    [
      column('At', 'datetime(6)'),
      column('mood', "enum('happy','sad')"),
      column('code', 'char(4)'),
      column('token', 'char(36)'),
      column('n', flavour === 'mysql' ? 'int' : 'int(11)'),
      column('mail', 'varchar(80)'),
      column('rating', 'float'),
      column('settings', 'json'),
    ],
    KEY,
  );
const ROW = {
  At: '2024-01-02 03:04:05.5+00',
  mood: 'sad',
  code: 'ab  ',
  token: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  n: '7',
  mail: 'a@x ',
  rating: '0.1',
  settings: '{"b": 1.50, "aa": 2}',
};

const made = (flavour: FlavourName, rules: Partial<MappingRules> = {}, wishes: Partial<ConversionRules> = {}) =>
  migrationMapping({tables: [], allowLoss: false, ...rules}, () => (value) => value, postgresToMysql(flavour)({accept: [], ...wishes}));
const one = (flavour: FlavourName, direction: 'forward' | 'reverse', rules: Partial<MappingRules> = {}): TableMapping => {
  const [found] = made(flavour, rules).tables([SOURCE], [targetOf(flavour)], direction);
  if (!found) throw new Error('no mapping');
  return found;
};

describe.each(['mysql', 'mariadb'] as const)('a row of PostgreSQL on %s', (flavour) => {
  const there = {
    ...ROW,
    At: '2024-01-02 03:04:05.500000',
    code: 'ab',
    settings: flavour === 'mysql' ? '{"b": 1.5, "aa": 2}' : '{"b": 1.50, "aa": 2}',
  };

  test('fits, is carried there and comes back', () => {
    expect(
      made(flavour)
        .findings([SOURCE], [targetOf(flavour)])
        .filter(({severity}) => severity === 'refuse'),
    ).toEqual([]);
    expect(one(flavour, 'forward').row(ROW)).toEqual(there);
    expect(one(flavour, 'reverse').row(there)).toEqual({...ROW, settings: there.settings});
  });

  test('is the same row however the server spells it', () => {
    const spelled = {...there, rating: '0.10000000149011612', settings: '{"aa": 2,"b":1.5e0}'};
    expect(one(flavour, 'forward').received(spelled)).toEqual({...there, settings: '{"b": 1.5, "aa": 2}'});
    expect(one(flavour, 'forward').received({...there, settings: '{"b": 2, "aa": 2}'})).not.toEqual(there);
  });

  test('has one key on the other side, which leads back to it', () => {
    const key = KEY.map((name) => ROW[name as 'n']);
    const keyThere = KEY.map((name) => there[name as 'n']);
    expect(one(flavour, 'forward').keyThere(key)).toEqual(keyThere);
    expect(one(flavour, 'reverse').keyThere(keyThere)).toEqual(key);
  });

  test('with a value that has no place there is refused, and NULL where that may be lost; a key is refused in any case', () => {
    const lost = {...ROW, rating: 'NaN'};
    expect(() => one(flavour, 'forward').row(lost)).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
    expect(one(flavour, 'forward', {allowLoss: true}).row(lost)).toEqual({...there, rating: null});
    const key = ['infinity', ...KEY.slice(1).map((name) => ROW[name as 'n'])];
    expect(() => one(flavour, 'forward', {allowLoss: true}).keyThere(key)).toThrow(expect.objectContaining({code: 'CF-MAP-003'}));
  });
});

test('types that do not fit, or have no meaning there, are refused by name', () => {
  const other = {
    ...targetOf('mysql'),
    columns: targetOf('mysql').columns.map((one) => (one.name === 'n' ? {...one, type: 'bigint'} : one)),
  };
  const source = {...SOURCE, columns: [...SOURCE.columns, column('price', 'money')]};
  expect(
    made('mysql')
      .findings([source], [])
      .map(({reason}) => reason),
  ).toContainEqual('shop.Visits.price: money has no type in MySQL: only a transform can say what it means');
  expect(
    made('mysql')
      .findings([SOURCE], [other])
      .map(({reason}) => reason),
  ).toContainEqual(expect.stringContaining('shop.Visits.n is bigint, and what integer becomes is int'));
});

test('what has several texts, or no length, is no key', () => {
  const keyed = (type: string, declared?: string): readonly string[] => {
    const source = table([column('k', type)], ['k']);
    const columns = declared === undefined ? [] : [{kind: 'rename', column: 'k', to: 'k', type: declared} as const];
    const findings = made('mysql', {tables: [{from: source.name, to: source.name, where: undefined, columns}]}).findings([source], []);
    return findings.filter(({severity}) => severity === 'refuse').map(({reason}) => reason);
  };
  for (const type of ['text', 'jsonb', 'real', 'double precision', 'bytea'])
    expect([type, keyed(type)]).toEqual([type, [expect.stringContaining('shop.Visits.k is part of the key')]]);
  expect(keyed('numeric', 'decimal(10,2)')).toEqual([expect.stringContaining('is part of the key')]);
  expect([keyed('text', 'varchar(20)'), keyed('bytea', 'varbinary(20)'), keyed('date'), keyed('boolean')]).toEqual([[], [], [], []]);
});

const schemaColumn = (name: string, type: string, rest: Partial<PostgresColumn> = {}): PostgresColumn => ({
  name,
  type,
  members: [],
  isNullable: false,
  default: null,
  isNumbered: false,
  generation: null,
  folds: false,
  domainChecks: [],
  comment: '',
  ...rest,
});
const index = (name: string, columns: readonly string[], rest = {}) => ({
  name,
  isPrimary: false,
  isUnique: true,
  method: 'btree',
  predicate: null,
  nullsAreOne: false,
  isDeferrable: false,
  carried: [],
  parts: columns.map((one) => ({column: one, expression: null, isDescending: false})),
  text: `CREATE UNIQUE INDEX ${name}`,
  ...rest,
});

const SCHEMA: PostgresSchema = {
  flavour: 'postgres',
  left: [],
  tables: [
    {
      name: SOURCE.name,
      comment: '',
      partitioning: 'RANGE (n)',
      checks: [],
      foreignKeys: [
        {
          name: 'Visits_n_fkey',
          columns: ['n'],
          references: SOURCE.name,
          referencedColumns: ['id'],
          onUpdate: 'NO ACTION',
          onDelete: 'CASCADE',
          isDeferrable: false,
          isFull: false,
          text: 'FOREIGN KEY (n) REFERENCES "Visits"(id) ON DELETE CASCADE',
        },
      ],
      indexes: [index('Visits_pkey', ['n'], {isPrimary: true}), index('wide', ['wide', 'other']), index('words', ['words'])],
      columns: [
        schemaColumn('n', 'bigint'),
        schemaColumn('id', 'integer', {isNumbered: true, default: "nextval('shop.visits_id_seq'::regclass)"}),
        schemaColumn('second', 'integer', {isNumbered: true}),
        schemaColumn('wide', 'character varying(700)'),
        schemaColumn('other', 'character varying(100)'),
        schemaColumn('words', 'text'),
        schemaColumn('ID', 'integer'),
        schemaColumn('label', 'shop.label', {base: 'enum', members: ['a', 'b ']}),
        schemaColumn('born', 'date', {default: "'infinity'::date"}),
        schemaColumn('far', 'character varying(16000)'),
      ],
    },
  ],
};

test('a schema that MySQL cannot have as it is has each reason by name', () => {
  const declared = {
    from: SOURCE.name,
    to: SOURCE.name,
    where: undefined,
    columns: [{kind: 'rename', column: 'words', to: 'words', type: 'varchar(768)'}],
  } as const;
  const script = made('mysql', {tables: [declared]}).converted?.(SCHEMA);
  const said = script?.findings.map(({severity, object, reason}) => `${severity} ${object}: ${reason}`);
  expect(said).toEqual([
    'refuse shop.Visits.ID: another column has this name in other case, which does not count there',
    'refuse shop.Visits.label: a label ends in spaces, which MySQL takes off: declare varchar(63)',
    'refuse shop.Visits: its rows could have 70318 bytes, and 65535 is the most: declare longtext or a shorter varchar for the longest columns',
    'refuse shop.Visits.born: its default is not converted: it is a value that the type there does not have',
    'refuse shop.Visits.second: a table there numbers its rows by one column only',
    'warn shop.Visits: its partitions become one table',
    'refuse index shop.Visits.wide: is not converted: its values could have 3200 bytes, and 3072 is the most: declare a shorter varchar',
    'refuse foreign key shop.Visits.Visits_n_fkey: n is bigint, and its other end is of another type: declare the same for both',
  ]);
  expect(script?.preData.at(-1)?.sql).toContain('`id` int NOT NULL AUTO_INCREMENT');
  expect(script?.preData.at(-1)?.sql).toContain('KEY (`id`)');
  expect(script?.postData.map(({sql}) => sql)).toEqual(['USE `shop`', 'CREATE UNIQUE INDEX `words` ON `Visits` (`words`)']);
});

test('what is accepted by its name stays behind, and MariaDB takes no foreign key that acts by itself (H-19)', () => {
  const accept = ['foreign key shop.Visits.Visits_n_fkey'];
  const script = made('mariadb', {}, {accept}).converted?.(SCHEMA);
  const found = script?.findings.find(({object}) => object === accept[0]);
  expect(found).toMatchObject({
    severity: 'warn',
    next: 'accepted in the plan',
    reason: expect.stringContaining('nothing of it would come back') as string,
  });
  expect(script?.findings.map(({object}) => object)).toContain('index shop.Visits.words');
});

test('names may become lower case', () => {
  const pair = postgresToMysql('mysql')({accept: [], names: 'lower'});
  expect(pair.targetName?.('Visits')).toBe('visits');
  expect(pair.column(column('At', 'date'), {kind: 'rename', column: 'At', to: 'At', type: undefined}, false).target).toEqual(['at']);
  expect(pair.column(column('At', 'date'), {kind: 'rename', column: 'At', to: 'When', type: undefined}, false).target).toEqual(['When']);
});
