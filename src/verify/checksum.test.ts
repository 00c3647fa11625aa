import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {differences, rowId, rowOf, sidesWith, simulatedTable} from '../../test/support/simulated-sides.ts';
import {InvariantViolation} from '../model/errors.ts';
import {checksum} from './checksum.ts';
import {ROUNDS_MAX} from './settle.ts';
import {NAMED_MAX, REPORTED_MAX} from './tally.ts';

describe('two sides that stand still', () => {
  it('are equal when every row is', async () => {
    const sides = sidesWith(3);
    const seen: bigint[] = [];
    const report = await checksum.verify(sides.request({evidence: undefined, progress: (rows) => void seen.push(rows)}));
    expect(report).toMatchObject({equal: true, differing: 0, uncompared: 0, tables: [{rows: '3', differences: []}]});
    expect(seen).toEqual([3n]);
  });

  it('show what is missing, extra and different, with the columns', async () => {
    const sides = sidesWith(5);
    sides.target.delete(rowId(0));
    sides.target.set(rowId(2), rowOf(rowId(2), 'a', 'changed'));
    sides.target.set('x', rowOf('x'));
    const report = await checksum.verify(sides.request({evidence: undefined}));
    expect(differences(report)).toEqual([
      [rowId(0), 'missing'],
      [rowId(2), 'different', 'b'],
      ['x', 'extra'],
    ]);
    expect(report).toMatchObject({equal: false, differing: 3});
  });

  it('give a checksum that follows the data', async () => {
    const [one, same, other] = [sidesWith(3), sidesWith(3), sidesWith(4)];
    const sums = await Promise.all([one, same, other].map(async (sides) => (await checksum.verify(sides.request())).tables[0]?.checksum));
    expect(sums[0]).toBe(sums[1]);
    expect(sums[0]).not.toBe(sums[2]);
  });
});

describe('two sides in use', () => {
  it('show an unexplained difference at once', async () => {
    const sides = sidesWith(3);
    sides.target.delete(rowId(1));
    const report = await checksum.verify(sides.request());
    expect(differences(report)).toEqual([[rowId(1), 'missing']]);
    expect(sides.reads.filter(({what}) => what === 'keys')).toHaveLength(2);
    expect(sides.memoriesOpen).toBe(0);
  });

  it('raise no alarm for a row written between the two reads', async () => {
    const sides = sidesWith(3);
    let writes = 0;
    sides.beforeRead = ({side}) => {
      if (side !== 'to' || writes >= 3) return;
      sides.write(rowId(1), rowOf(rowId(1), `new ${writes++}`));
      sides.apply();
    };
    expect(await checksum.verify(sides.request())).toMatchObject({equal: true});
    expect(writes).toBe(3);
  });

  it('call a row uncompared, not equal, that changes every time it is looked at', async () => {
    const sides = sidesWith(3);
    let writes = 0;
    sides.beforeRead = ({side}) => {
      if (side !== 'to') return;
      sides.write(rowId(1), rowOf(rowId(1), `new ${writes++}`));
      sides.apply();
    };
    const report = await checksum.verify(sides.request());
    expect(report).toMatchObject({equal: false, differing: 0, uncompared: 1, tables: [{uncompared: [[rowId(1)]]}]});
    expect(sides.reads.filter(({side, what}) => side === 'to' && what === 'keys')).toHaveLength(ROUNDS_MAX);
  });

  it('give a row that never stands still a moment of quiet, where its writers can be made to wait', async () => {
    const sides = sidesWith(3);
    let [writes, holds, isHeld] = [0, 0, false];
    sides.beforeRead = ({side}) => {
      if (side !== 'to' || isHeld) return;
      sides.write(rowId(1), rowOf(rowId(1), `new ${writes++}`));
      sides.apply();
    };
    const request = sides.request();
    const holding = async <T>(_table: unknown, _keys: unknown, act: () => Promise<T>): Promise<T> => {
      holds++;
      isHeld = true;
      return act().finally(() => (isHeld = false));
    };
    const report = await checksum.verify({...request, from: {...request.from, compare: {...request.from.compare, holding}}});
    expect(report).toMatchObject({equal: true, differing: 0, uncompared: 0});
    expect(holds).toBe(1);
  });

  it('show an event that was lost while they were compared, once nothing explains it any more', async () => {
    const sides = sidesWith(3);
    let isLost = false;
    sides.beforeRead = ({side, what}) => {
      if (side === 'from' && what === 'range' && !isLost) isLost = sides.write(rowId(1), rowOf(rowId(1), 'lost'), {isLost: true}).isLost;
    };
    sides.target.delete(rowId(0)); // so that rows are looked at at all
    const report = await checksum.verify(sides.request());
    expect(differences(report)).toEqual([
      [rowId(0), 'missing'],
      [rowId(1), 'different', 'a'],
    ]);
  });

  it('raise no alarm for a transaction that is applied there and still invisible here (R11)', async () => {
    const sides = sidesWith(3);
    const hidden = sides.write(rowId(1), rowOf(rowId(1), 'hidden'), {isHidden: true});
    sides.apply();
    let looks = 0;
    sides.beforeRead = ({what, side}) => {
      if (what === 'keys' && side === 'from' && ++looks === 3) hidden.isHidden = false;
    };
    expect(await checksum.verify(sides.request())).toMatchObject({equal: true, uncompared: 0});
    expect(looks).toBe(3);
  });

  it('stay uncompared while such a transaction never becomes visible', async () => {
    const sides = sidesWith(3);
    sides.write(rowId(1), rowOf(rowId(1), 'hidden'), {isHidden: true});
    sides.apply();
    expect(await checksum.verify(sides.request())).toMatchObject({equal: false, differing: 0, uncompared: 1});
  });

  it('cannot be compared when the receiving side does not say how far it is', async () => {
    const sides = sidesWith(3);
    sides.target.delete(rowId(0));
    sides.isWithoutProgress = true;
    await expect(checksum.verify(sides.request())).rejects.toMatchObject({code: 'CF-VERIFY-002'});
    expect(sides.memoriesOpen).toBe(0);
  });

  it('never raise a false alarm and never miss a cold loss, whatever is written when', async () => {
    const write = fc.record({key: fc.nat(9), value: fc.option(fc.constantFrom('p', 'q', 'r'), {nil: undefined}), isApplied: fc.boolean()});
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(write, {maxLength: 4}), {maxLength: 40}),
        fc.option(fc.nat(9), {nil: undefined}),
        fc.constantFrom(40, 120, 400),
        async (script, lost, chunkBytes) => {
          const sides = sidesWith(10);
          const cold = lost === undefined ? undefined : rowId(lost);
          if (cold) sides.target.delete(cold);
          const moments = script.values();
          sides.beforeRead = () => {
            for (const {key, value, isApplied} of moments.next().value ?? []) {
              if (rowId(key) === cold) continue;
              sides.write(rowId(key), value === undefined ? undefined : rowOf(rowId(key), value));
              if (isApplied) sides.apply();
            }
          };
          const report = await checksum.verify(sides.request({chunkBytes}));
          expect(differences(report)).toEqual(cold ? [[cold, 'missing']] : []);
        },
      ),
      {numRuns: 300},
    );
  });
});

describe('limits', () => {
  it('count every difference and keep the first of them', async () => {
    const sides = sidesWith(REPORTED_MAX + 500);
    for (const [key] of sides.target) sides.target.set(key, rowOf(key, 'other'));
    const report = await checksum.verify(sides.request());
    expect(report.differing).toBe(REPORTED_MAX + 500);
    expect(report.tables[0]?.differing).toBe(REPORTED_MAX + 500);
    expect(report.tables[0]?.differences).toHaveLength(REPORTED_MAX);
    expect(report.tables[0]?.differences.filter(({columns}) => columns.length)).toHaveLength(NAMED_MAX);
  });
});

describe('what could not be compared is not equal', () => {
  it('a read that fails ends the pass', async () => {
    const sides = sidesWith(3);
    sides.beforeRead = ({side}) => {
      if (side === 'to') throw new Error('gone');
    };
    await expect(checksum.verify(sides.request())).rejects.toThrow('gone');
    expect(sides.memoriesOpen).toBe(0);
  });

  it('a stream that fails ends the pass', async () => {
    const sides = sidesWith(3);
    const {evidence} = sides.request();
    if (!evidence) throw new Error('the request has evidence');
    const failing = {...evidence, reached: () => Promise.reject(new Error('stream failed'))};
    await expect(checksum.verify(sides.request({evidence: failing}))).rejects.toThrow('stream failed');
  });

  it('an aborted pass gives no report', async () => {
    const sides = sidesWith(3);
    const controller = new AbortController();
    const abort = (): void => controller.abort(new Error('stop'));
    const pass = checksum.verify(sides.request({tables: [simulatedTable, simulatedTable], signal: controller.signal, progress: abort}));
    await expect(pass).rejects.toThrow('stop');
    expect(sides.memoriesOpen).toBe(0);
  });

  it.each([
    ['none', []],
    ['a gap at the end', [{after: undefined, to: ['5']}]],
    [
      'a gap in the middle',
      [
        {after: undefined, to: ['5']},
        {after: ['6'], to: undefined},
      ],
    ],
    ['a gap at the start', [{after: ['5'], to: undefined}]],
  ])('planned ranges with %s are a bug', async (_name, ranges) => {
    const sides = sidesWith(3);
    const request = sides.request();
    const from = {...request.from, source: {planRanges: async () => ranges}} as unknown as typeof request.from;
    await expect(checksum.verify({...request, from})).rejects.toThrow(InvariantViolation);
  });

  it('no table at all is not equal', async () => {
    expect(await checksum.verify(sidesWith(3).request({tables: []}))).toMatchObject({equal: false});
  });

  it('a table without a key is a bug of whoever let it through', async () => {
    await expect(checksum.verify(sidesWith(3).request({tables: [{...simulatedTable, key: []}]}))).rejects.toThrow(InvariantViolation);
  });
});
