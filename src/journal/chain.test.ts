import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {CHAIN_START, entryHash, sealEntry, verifyChain} from './chain.ts';
import type {Entry, JournalFact} from './journal.ts';

const AT = new Date('2026-05-01T10:00:00.000Z');
const note = (text: string): JournalFact => ({type: 'note', text});

/** A clean chain of `length` entries. */
function chain(length: number, text = (seq: number) => `note ${seq}`): Entry[] {
  const entries: Entry[] = [];
  for (let seq = 1; seq <= length; seq += 1) entries.push(sealEntry('m1', entries.at(-1), AT, note(text(seq))));
  return entries;
}

const replaced = (entries: readonly Entry[], seq: number, change: Partial<Entry>) =>
  entries.map((entry) => (entry.seq === seq ? {...entry, ...change} : entry));

test('the hash is the one an auditor computes from the documented form', () => {
  const entry = sealEntry('m1', undefined, AT, note('a'));
  // printf '%s' '{"at":"2026-05-01T10:00:00.000Z","fact":{"text":"a","type":"note"},"migration":"m1","previous":"000…","seq":1}' | sha256sum
  expect(entry).toEqual({seq: 1, at: AT.toISOString(), fact: note('a'), previous: CHAIN_START, hash: GOLDEN});
});

const GOLDEN = '647ddd24fb66426e974f4992bc9392fe97a3cd19e34b2ee504d30c9d240bce02';

describe('a chain without faults', () => {
  test.each([0, 1, 2, 50])('of %i entries', (length) => {
    const entries = chain(length);
    expect(verifyChain('m1', entries)).toEqual([]);
    expect(verifyChain('m1', entries, entries)).toEqual([]);
  });
});

describe('a changed entry', () => {
  const other = chain(1, () => 'other')[0]?.hash ?? '';
  const changes: readonly Partial<Entry>[] = [
    {fact: note('other')},
    {fact: {type: 'paused', where: 'note 3'}},
    {at: '2026-05-01T10:00:00.001Z'},
    {previous: other},
    {previous: CHAIN_START},
    {hash: other},
    {hash: CHAIN_START},
    {seq: 77},
  ];
  for (const seq of [1, 3, 5]) {
    test.each(changes.filter(({previous}) => seq > 1 || previous !== CHAIN_START))(`number ${seq}: %j`, (change) => {
      expect(verifyChain('m1', replaced(chain(5), seq, change))).not.toEqual([]);
    });
  }

  test('is reported once, at its place', () => {
    expect(verifyChain('m1', replaced(chain(5), 3, {fact: note('other')}))).toMatchObject([{seq: 3, what: 'changed'}]);
    expect(verifyChain('m1', replaced(chain(5), 3, {hash: CHAIN_START}))).toMatchObject([{seq: 3, what: 'changed'}]);
  });

  test('whose own hash was computed again breaks the link of the next', () => {
    const entries = chain(5);
    const forged = {...sealEntry('m1', entries[1], AT, note('other'))};
    expect(verifyChain('m1', replaced(entries, 3, forged))).toMatchObject([{seq: 4, what: 'changed'}]);
  });

  test('any single edit of any field is found', () => {
    const field = fc.constantFrom('at', 'previous', 'hash', 'fact', 'seq');
    fc.assert(
      fc.property(fc.integer({min: 1, max: 6}), field, fc.string(), fc.integer({min: -9, max: 99}), (seq, name, text, number) => {
        const value = name === 'seq' ? number : name === 'fact' ? note(text) : text;
        const entries = chain(6);
        fc.pre(JSON.stringify(entries.find((entry) => entry.seq === seq)?.[name]) !== JSON.stringify(value));
        expect(verifyChain('m1', replaced(entries, seq, {[name]: value}))).not.toEqual([]);
      }),
    );
  });
});

describe('a missing entry', () => {
  test.each([1, 2, 4])('number %i', (seq) => {
    expect(
      verifyChain(
        'm1',
        chain(5).filter((entry) => entry.seq !== seq),
      ),
    ).toMatchObject([{seq, what: 'missing'}]);
  });
  test('several in a row are one fault', () => {
    expect(
      verifyChain(
        'm1',
        chain(6).filter(({seq}) => seq < 2 || seq > 4),
      ),
    ).toEqual([{seq: 2, what: 'missing', detail: 'entries 2 to 4 not there'}]);
  });
  test('at the end shows only beside the digests in the databases', () => {
    const entries = chain(5);
    expect(verifyChain('m1', entries.slice(0, 3))).toEqual([]);
    expect(verifyChain('m1', entries.slice(0, 3), entries.slice(1, 4))).toMatchObject([{seq: 4, what: 'missing'}]);
  });
});

describe('reordered entries', () => {
  test('given in another order', () => {
    const [a, b, c, d] = chain(4);
    const entries = [a, c, b, d].filter((entry) => entry !== undefined);
    expect(verifyChain('m1', entries).some(({what}) => what === 'reordered')).toBe(true);
  });
  test('with their numbers exchanged', () => {
    const [a, b, c, d] = chain(4);
    const entries = [a, c && {...c, seq: 2}, b && {...b, seq: 3}, d].filter((entry) => entry !== undefined);
    expect(verifyChain('m1', entries).map(({what}) => what)).toContain('reordered');
  });
});

describe('a chain that was written again from some entry on', () => {
  const entries = chain(6);
  const forged = chain(6, (seq) => (seq >= 4 ? `forged ${seq}` : `note ${seq}`));
  test('is sound by itself', () => {
    expect(verifyChain('m1', forged)).toEqual([]);
  });
  test('is found by any digest mirrored later', () => {
    const [head, early] = [entries[5], entries[1]];
    expect(verifyChain('m1', forged, early ? [early] : [])).toEqual([]);
    expect(verifyChain('m1', forged, head ? [head] : [])).toEqual([
      {seq: 6, what: 'unknown-head', detail: 'entry 6 is not the one whose digest the databases keep'},
    ]);
  });
});

test('the chain of another migration is not this one', () => {
  expect(verifyChain('m2', chain(2))).toMatchObject([
    {seq: 1, what: 'changed'},
    {seq: 2, what: 'changed'},
  ]);
  expect(entryHash('m2', chain(1)[0] ?? sealEntry('m1', undefined, AT, note('')))).not.toBe(chain(1)[0]?.hash);
});
