import {expect, test} from 'vitest';
import {parseFlags, WrongFlag} from './demo-flags.ts';

test('flags have defaults that fit a laptop', () => {
  expect(parseFlags([])).toMatchObject({json: false, rows: 1_000_000, tps: 500, clients: 32, sabotage: undefined, keep: false});
});

test('flags are taken as given', () => {
  const flags = parseFlags(['--json', '--rows', '20_000', '--tps', '50', '--sabotage', 'lose', '--seed', '7', '--keep']);
  expect(flags).toEqual({
    json: true,
    rows: 20_000,
    tps: 50,
    clients: 32,
    sabotage: 'lose',
    seed: 7,
    keep: true,
    runs: 1,
    from: undefined,
    schema: undefined,
    data: undefined,
  });
});

test.each([
  [['--rows', 'many'], '--rows takes a whole number above 0, not "many"'],
  [['--tps', '0'], '--tps takes a whole number above 0, not "0"'],
  [['--sabotage', 'burn'], '--sabotage takes lose, duplicate, corrupt, not "burn"'],
  [['--fast'], "Unknown option '--fast'"],
  [['--data', 'rows.sql'], '--data needs --schema'],
  [['--from', 'postgres://h/d', '--schema', 'a.sql'], '--from takes a database as it is'],
  [['--from', '/tmp/x'], '--from takes an address'],
])('%j is refused', (argv, message) => {
  expect(() => parseFlags(argv)).toThrow(WrongFlag);
  expect(() => parseFlags(argv)).toThrow(message);
});
