/**
 * What every place where journals are kept must do. Called by the test of each store; `open` opens the same place each time.
 */
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Effects} from '../../src/model/effects.ts';
import {TerminalError} from '../../src/model/errors.ts';
import {CHAIN_START, verifyChain} from '../../src/journal/chain.ts';
import type {AccessToken} from '../../src/journal/access-token.ts';
import type {JournalFact, JournalStore} from '../../src/journal/journal.ts';
import type {LiveReport} from '../../src/telemetry/telemetry.ts';
import {fakeClock} from '../support/clock.ts';
import {failingEffects, realEffects, recordingEffects} from '../support/effects.ts';

export type JournalPlace = {
  open(effects: Effects): Promise<JournalStore>;
  remove(): Promise<void>;
};

export function journalContract(name: string, newPlace: () => Promise<JournalPlace>): void {
  describe(name, () => {
    let place: JournalPlace;
    const stores: JournalStore[] = [];
    const open = async (effects: Effects = recordingEffects()): Promise<JournalStore> => {
      const store = await place.open(effects);
      stores.push(store);
      return store;
    };
    beforeEach(async () => {
      place = await newPlace();
    });
    afterEach(async () => {
      for (const store of stores.splice(0)) await store.close();
      await place.remove();
    });

    test('entries are numbered and chained in the order of their appends', async () => {
      const journal = await (await open()).create('m1', 'shop');
      const written = [await journal.append(note('a')), await journal.append(note('b')), await journal.append(note('c'))];
      expect(await journal.entries()).toEqual(written);
      expect(written.map(({seq}) => seq)).toEqual([1, 2, 3]);
      expect(written.map(({previous}) => previous)).toEqual([CHAIN_START, written[0]?.hash, written[1]?.hash]);
      expect(verifyChain('m1', written)).toEqual([]);
    });

    test('entries after a number are those that came later', async () => {
      const journal = await (await open()).create('m1', 'shop');
      for (const text of ['a', 'b', 'c']) await journal.append(note(text));
      expect((await journal.entries(1)).map(({fact}) => fact)).toEqual([note('b'), note('c')]);
      expect(await journal.entries(3)).toEqual([]);
    });

    test.each(AWKWARD_FACTS)('a fact is read as it was returned: %j', async (fact) => {
      const journal = await (await open()).create('m1', 'shop');
      const written = await journal.append(fact);
      expect(await journal.entries()).toStrictEqual([written]);
      expect(written.fact).toEqual(fact);
      expect(verifyChain('m1', await journal.entries())).toEqual([]);
    });

    test('text that is not well-formed Unicode is mended, not refused', async () => {
      const journal = await (await open()).create('m1', 'shop');
      await journal.append(note('half \ud83d'));
      expect((await journal.entries())[0]?.fact).toEqual(note('half \ufffd'));
    });

    test('the time of an entry is the clock of the effects', async () => {
      const clock = fakeClock('2026-05-01T10:00:00.000Z');
      const journal = await (await open(recordingEffects({clock}))).create('m1', 'shop');
      await journal.append(note('a'));
      await clock.advance(1500);
      await journal.append(note('b'));
      expect((await journal.entries()).map(({at}) => at)).toEqual(['2026-05-01T10:00:00.000Z', '2026-05-01T10:00:01.500Z']);
    });

    test('each append passes one point, named by its fact', async () => {
      const effects = recordingEffects();
      const journal = await (await open(effects)).create('m1', 'shop');
      await journal.append(note('a'));
      await journal.append({type: 'paused', where: 'chunk'});
      expect(effects.points).toEqual([
        {kind: 'journal.write', label: 'note'},
        {kind: 'journal.write', label: 'paused'},
      ]);
    });

    test('an append that fails at its point leaves nothing and stops nobody', async () => {
      const journal = await (await open(failingEffects({kind: 'journal.write', times: 2}))).create('m1', 'shop');
      await journal.append(note('a'));
      await expect(journal.append(note('lost'))).rejects.toThrow('as the test asked');
      await journal.append(note('b'));
      const entries = await journal.entries();
      expect(entries.map(({seq, fact}) => [seq, fact])).toEqual([
        [1, note('a')],
        [2, note('b')],
      ]);
      expect(verifyChain('m1', entries)).toEqual([]);
    });

    test('appends in the same moment take turns', async () => {
      const store = await open(realEffects());
      const journals = [await store.create('m1', 'shop'), await store.open('m1')];
      await Promise.all(journals.flatMap((journal, writer) => texts(writer, 20).map((text) => journal.append(note(text)))));
      const entries = await (await store.open('m1')).entries();
      expect(entries).toHaveLength(40);
      expect(verifyChain('m1', entries)).toEqual([]);
    });

    test('migrations are listed in the order of their creation, each with a chain of its own', async () => {
      const clock = fakeClock('2026-05-01T10:00:00.000Z');
      const store = await open(recordingEffects({clock}));
      const second = await store.create('m2', 'shop');
      await clock.advance(1);
      const first = await store.create('m1', 'orders');
      await second.append(note('a'));
      const entry = await first.append(note('a'));
      expect(entry.seq).toBe(1);
      expect(verifyChain('m2', [entry])).toMatchObject([{what: 'changed'}]);
      expect(await store.migrations()).toEqual([
        {id: 'm2', name: 'shop', createdAt: '2026-05-01T10:00:00.000Z'},
        {id: 'm1', name: 'orders', createdAt: '2026-05-01T10:00:00.001Z'},
      ]);
    });

    test('what a runner reports of its numbers is replaced, kept apart by migration, and no entry of the chain', async () => {
      const store = await open();
      const journal = await store.create('m1', 'shop');
      await store.create('m2', 'orders');
      expect(await store.report('m1')).toBeUndefined();
      await store.keepReport('m1', report(1));
      await journal.append(note('between'));
      await store.keepReport('m1', report(2));
      await store.keepReport('m2', report(3));
      expect(await (await open()).report('m1')).toEqual(report(2));
      expect(await journal.entries()).toHaveLength(1);
    });

    test('access tokens are kept, and replaced by their id', async () => {
      const store = await open();
      expect(await store.accessTokens()).toEqual([]);
      await store.keepAccessToken(accessToken('b', '2026-05-01T10:00:01.000Z'));
      await store.keepAccessToken(accessToken('a', '2026-05-01T10:00:00.000Z'));
      const revoked = {...accessToken('b', '2026-05-01T10:00:01.000Z'), revokedAt: '2026-05-01T11:00:00.000Z'};
      await store.keepAccessToken(revoked);
      const kept = await (await open()).accessTokens();
      expect(kept.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([accessToken('a', '2026-05-01T10:00:00.000Z'), revoked]);
      expect(await store.migrations()).toEqual([]);
    });

    test('entries are restored as they were written, and what is here is completed but never changed', async () => {
      const lost = await (await open()).create('lost', 'shop');
      const written = [await lost.append(note('a')), await lost.append(note('b')), await lost.append(note('c'))];
      await place.remove();
      place = await newPlace();
      const store = await open();
      const journal = await store.restore('lost', 'shop', written.slice(0, 2));
      expect(await journal.entries()).toEqual(written.slice(0, 2));
      expect(await (await store.restore('lost', 'shop', written)).entries()).toEqual(written);
      expect(await store.migrations()).toMatchObject([{id: 'lost', name: 'shop'}]);
      const next = await (await store.open('lost')).append(note('d'));
      expect(verifyChain('lost', [...written, next])).toEqual([]);
      await expect(store.restore('lost', 'shop', written)).rejects.toMatchObject({code: 'CF-STATE-002'});
      await expect(store.restore('lost', 'shop', [next])).rejects.toMatchObject({code: 'CF-STATE-002'});
      expect(await (await store.open('lost')).entries()).toEqual([...written, next]);
    });

    test('a migration is created once, and an unknown one is not opened', async () => {
      const store = await open();
      await (await store.create('m1', 'shop')).append(note('a'));
      await expect(store.create('m1', 'other')).rejects.toThrow(TerminalError);
      await expect(store.open('m9')).rejects.toMatchObject({code: 'CF-STATE-001'});
      expect(await (await store.open('m1')).entries()).toHaveLength(1);
      expect(await store.migrations()).toMatchObject([{id: 'm1', name: 'shop'}]);
    });
  });
}

const report = (rowsCopied: number): LiveReport => ({
  at: '2026-05-01T10:00:00.000Z',
  elapsedMs: 1500,
  gauges: {rowsCopied, lagMs: 0.5},
  samples: [{elapsedMs: 1000, copiedShare: rowsCopied / 100}],
  notes: [{at: '2026-05-01T10:00:00.000Z', text: 'phase assess 漢'}],
});

const accessToken = (id: string, createdAt: string): AccessToken => ({
  ...{id, name: 'ann', role: 'view', hash: 'h'.repeat(64), createdAt},
  expiresAt: '2026-06-01T10:00:00.000Z',
});

export const note = (text: string): JournalFact => ({type: 'note', text});

const texts = (writer: number, count: number) => Array.from({length: count}, (_, index) => `${writer}/${index}`);

const AWKWARD_FACTS: readonly JournalFact[] = [
  note('quotes \' " \\ and lines \n\r\u2028 and \u0000 and ÿ 漢 🚲'),
  {
    type: 'phase-ended',
    phase: 'assess',
    outcome: 'done',
    evidence: {rows: '18446744073709551616', share: 1e-7, none: null, deep: [[], {}]},
  },
  {type: 'step-outcome', phase: 'assess', step: 'look', attempt: 1, evidence: undefined},
  {type: 'decision', what: 'x', side: undefined, epoch: 3, evidence: [undefined, null].filter((value) => value === null)},
];
