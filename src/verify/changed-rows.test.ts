import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {rowOf, SimulatedSides, simulatedTable} from '../../test/support/simulated-sides.ts';
import {ChangedKeys} from '../pipeline/changed-keys.ts';
import {verifyRows} from './changed-rows.ts';
import type {RowsRequest} from './verifier.ts';

const id = (i: number): string => String(i).padStart(6, '0');

/** Ten rows, equal on both sides. */
const sidesWithRows = (): SimulatedSides => {
  const sides = new SimulatedSides();
  for (let i = 0; i < 10; i++) sides.write(id(i), rowOf(id(i)));
  sides.apply();
  sides.forget();
  return sides;
};
const ask = (sides: SimulatedSides, keys: readonly number[], changes: Partial<RowsRequest> = {}) =>
  verifyRows({...sides.request(), rows: [{table: simulatedTable, keys: keys.map((key) => [id(key)])}], rounds: undefined, ...changes});

describe('rows by their keys', () => {
  it('are looked at and no others', async () => {
    const sides = sidesWithRows();
    sides.target.set(id(1), rowOf(id(1), 'other'));
    sides.target.delete(id(2));
    sides.target.delete(id(3));
    const {report, open} = await ask(sides, [0, 1, 2, 11], {evidence: undefined});
    expect(report).toMatchObject({equal: false, differing: 2, uncompared: 0, tables: [{rows: '4'}]});
    expect(report.tables[0]?.differences).toEqual([
      {table: simulatedTable.name, key: [id(1)], kind: 'different', columns: ['a']},
      {table: simulatedTable.name, key: [id(2)], kind: 'missing', columns: []},
    ]);
    expect(open).toEqual([]);
  });

  it('come back when they change every time they are looked at, after as many rounds as were allowed', async () => {
    const sides = sidesWithRows();
    let [writes, looks] = [0, 0];
    sides.beforeRead = ({side}) => {
      if (side !== 'to') return;
      looks++;
      sides.write(id(1), rowOf(id(1), `new ${writes++}`));
      sides.apply();
    };
    const {report, open} = await ask(sides, [0, 1], {rounds: {max: 2, free: 2}});
    expect(report).toMatchObject({equal: false, differing: 0, uncompared: 1});
    expect(open).toEqual([{table: simulatedTable, keys: [[id(1)]]}]);
    expect(looks).toBe(2);
  });

  it('come back while they are equal only because the newest change cannot be seen yet, and the other side lost it', async () => {
    const sides = sidesWithRows();
    const event = sides.write(id(1), rowOf(id(1), 'lost'), {isLost: true, isHidden: true});
    sides.apply();
    const {report, open} = await ask(sides, [1]);
    expect(report.differing).toBe(0);
    expect(open).toEqual([{table: simulatedTable, keys: [[id(1)]]}]);
    event.isHidden = false;
    expect((await ask(sides, [1])).report.differing).toBe(1);
  });
});

describe('rounds over what has changed', () => {
  it('never raise a false alarm, and in the end a lost change is found, whatever is written when', async () => {
    const write = fc.record({
      key: fc.nat(9),
      value: fc.option(fc.constantFrom('p', 'q', 'r'), {nil: undefined}),
      isLost: fc.boolean(),
      isHidden: fc.boolean(),
      isApplied: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(write, {maxLength: 4}), {maxLength: 30}), async (script) => {
        const sides = sidesWithRows();
        const changed = new ChangedKeys([simulatedTable.name], () => 0);
        changed.passed(changed.begin([simulatedTable.name]), [simulatedTable.name]);
        const moments = script.values();
        sides.onApply = (key) => changed.add(simulatedTable.name, [key]);
        sides.beforeRead = () => {
          for (const {key, value, isLost, isHidden, isApplied} of moments.next().value ?? []) {
            sides.write(id(key), value === undefined ? undefined : rowOf(id(key), value), {isLost, isHidden});
            if (isApplied) sides.apply();
          }
        };
        const found = new Set<string>();
        const round = async (): Promise<void> => {
          const taken = changed.take(Infinity);
          const rows = taken.map(({keys}) => ({table: simulatedTable, keys: keys.map(({key}) => key)}));
          const {report, open} = await verifyRows({...sides.request(), rows, rounds: {max: 2, free: 2}});
          changed.settle(
            taken,
            open.map(({table, keys}) => ({table: table.name, keys})),
          );
          for (const {differences} of report.tables) for (const {key} of differences) found.add(key[0] ?? '');
        };
        for (let i = 0; i < 8; i++) await round();
        sides.beforeRead = () => {};
        for (const event of sides.log) event.isHidden = false;
        sides.apply();
        await round();
        expect(changed.size).toBe(0);
        const lost = new Set(sides.log.filter(({isLost}) => isLost).map(({key}) => key));
        for (const key of found) expect(lost).toContain(key);
        for (const key of sides.differing()) expect(found).toContain(key);
      }),
      {numRuns: 300},
    );
  });
});
