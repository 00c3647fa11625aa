import {describe, expect, test} from 'vitest';
import {sealEntry} from '../journal/chain.ts';
import type {Entry} from '../journal/journal.ts';
import {mirroredForm, readMirrored, type MirroredRow} from '../journal/mirrored.ts';
import {choose, type Copy, type CopyName} from './adopt-choice.ts';

const AT = new Date('2026-05-01T10:00:00Z');
const record = (...texts: readonly string[]): readonly Entry[] =>
  texts.reduce<readonly Entry[]>((entries, text) => [...entries, sealEntry('m1', entries.at(-1), AT, {type: 'note', text})], []);
const copy = (name: CopyName, rows: readonly MirroredRow[]): Copy => ({name, ...readMirrored('m1', rows)});
const rows = (...texts: readonly string[]) => record(...texts).map(mirroredForm);
const altered = (at: number, ...texts: readonly string[]) =>
  rows(...texts).map((row) => (row.seq === at ? {...row, body: row.body.replace(`"text":"${texts[at - 1]}"`, '"text":"x"')} : row));

describe('which copy is the record', () => {
  test('the longest, when the other is its beginning', () => {
    const chosen = choose([copy('source', rows('a', 'b')), copy('target', rows('a', 'b', 'c'))], undefined, 'shop');
    expect(chosen).toMatchObject({name: 'target', entries: record('a', 'b', 'c')});
  });

  test('a journal that is here and whole is not adopted; an old one is', () => {
    const newest = copy('source', rows('a', 'b'));
    expect(() => choose([copy('journal', rows('a', 'b')), newest, copy('target', [])], undefined, 'shop')).toThrow(/nothing is lost/);
    expect(choose([copy('journal', rows('a')), newest], undefined, 'shop')).toMatchObject({name: 'source'});
  });

  test('no entry anywhere is a record too: a runner that had its lease and no more', () => {
    expect(choose([copy('source', []), copy('target', [])], undefined, 'shop').entries).toEqual([]);
  });

  test.each([
    ['a body that was altered', altered(1, 'a', 'b')],
    ['a body that is no JSON any more', rows('a', 'b').map((row) => ({...row, body: '{'}))],
    ['an entry that was removed', rows('a', 'b', 'c').filter(({seq}) => seq !== 2)],
    ['another record altogether', rows('x', 'y', 'z')],
  ])('%s is refused, and named with its side; a person may say which to believe', (_what, target) => {
    const copies = [copy('source', rows('a', 'b')), copy('target', target)];
    expect(() => choose(copies, undefined, 'shop')).toThrow(/do not agree[\s\S]*the copy on the (source|target): /);
    expect(choose(copies, 'source', 'shop')).toMatchObject({name: 'source', entries: record('a', 'b')});
  });

  test('nobody is believed who is not whole', () => {
    expect(() => choose([copy('source', rows('a')), copy('target', altered(1, 'a', 'b'))], 'target', 'shop')).toThrow(
      /the copy on the target: entry 1/,
    );
    expect(() => choose([copy('source', rows('a')), copy('target', rows('a'))], 'journal', 'shop')).toThrow(/no journal/);
  });
});
