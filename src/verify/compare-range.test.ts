import {describe, expect, it} from 'vitest';
import {differences, rowId, rowOf, sidesWith} from '../../test/support/simulated-sides.ts';
import {checksum} from './checksum.ts';
import {ROWS_PER_READ} from './compare-range.ts';

describe('ranges that differ', () => {
  it('fetch single rows only from a small range around the difference, while both sides stand still', async () => {
    const sides = sidesWith(ROWS_PER_READ * 3);
    sides.target.delete(rowId(ROWS_PER_READ + 7));
    expect(differences(await checksum.verify({...sides.request(), evidence: undefined}))).toEqual([[rowId(ROWS_PER_READ + 7), 'missing']]);
    expect(sides.reads.filter(({what}) => what === 'range')).toHaveLength(2);
    expect(sides.reads.filter(({what}) => what === 'digest')).toHaveLength(2 * 2);
  });

  it('fetch rows only of the part that changed between its two reads, while both sides are in use', async () => {
    const sides = sidesWith(1_000);
    let isChanged = false;
    sides.beforeRead = ({side, what}) => {
      if (side === 'from' || what !== 'digest' || isChanged) return;
      isChanged = true;
      sides.write(rowId(130), rowOf(rowId(130), 'new'));
      sides.apply();
    };
    let hashed = 0;
    const {from, to, ...request} = sides.request({chunkBytes: 40 * 20});
    const counting = {
      ...from.compare,
      rowDigests: async (...asked: Parameters<typeof from.compare.rowDigests>) => {
        const answer = await from.compare.rowDigests(...asked);
        hashed += answer.rows.size;
        return answer;
      },
    };
    const report = await checksum.verify({...request, to, from: {...from, compare: counting}});
    expect(report).toMatchObject({equal: true, tables: [{rows: '1000'}]});
    expect(sides.reads.filter(({what}) => what === 'digest')).toHaveLength(2 * 2); // of 40 parts, then of 10
    expect(hashed).toBe(20);
  });

  it('read neighbours that changed as one', async () => {
    const sides = sidesWith(1_000);
    sides.beforeRead = ({side, what}) => {
      if (side === 'to' && what === 'digest') for (let i = 100; i < 160; i++) sides.target.delete(rowId(i));
    };
    const report = await checksum.verify(sides.request({chunkBytes: 40 * 20}));
    expect(report).toMatchObject({equal: false, differing: 60});
    expect(sides.reads.filter(({what}) => what === 'range')).toHaveLength(2);
  });

  it('cut the receiving side when it is the larger one', async () => {
    const sides = sidesWith(0);
    for (let i = 0; i < ROWS_PER_READ + 5; i++) sides.target.set(rowId(i), rowOf(rowId(i)));
    const report = await checksum.verify({...sides.request(), evidence: undefined});
    expect(report).toMatchObject({equal: false, differing: ROWS_PER_READ + 5});
    expect(report.tables[0]?.differences[0]).toMatchObject({kind: 'extra'});
    expect(sides.reads.filter(({what}) => what === 'range')).toHaveLength(2 * 2);
  });
});
