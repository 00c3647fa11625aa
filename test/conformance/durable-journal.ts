/** What a place must do on top of `journal.ts` when other processes can reach it by its name on the command line. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {verifyChain} from '../../src/journal/chain.ts';
import type {Journal, JournalStore} from '../../src/journal/journal.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from '../support/effects.ts';
import {note} from './journal.ts';

export type DurablePlace = {readonly state: string; remove(): Promise<void>};

const WRITER = fileURLToPath(new URL('journal-writer.ts', import.meta.url));

export function durableJournalContract(name: string, newPlace: () => Promise<DurablePlace>): void {
  describe(name, () => {
    let place: DurablePlace;
    let store: JournalStore;
    beforeEach(async () => {
      place = await newPlace();
      store = await openStateStore(place.state, realEffects());
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    test('what was appended outlives the store that wrote it', async () => {
      const first = await openStateStore(place.state, realEffects());
      const written = await (await first.create('m1', 'shop')).append(note('a'));
      await first.close();
      const journal = await store.open('m1');
      expect(await journal.entries()).toEqual([written]);
      expect((await journal.append(note('b'))).previous).toBe(written.hash);
    });

    test('an entry shows to others only once it is past its point', async () => {
      const journal = await store.create('m1', 'shop');
      const seen: number[] = [];
      const writing = await openStateStore(
        place.state,
        realEffects(async () => {
          seen.push((await journal.entries()).length);
        }),
      );
      const writer = await writing.open('m1');
      await writer.append(note('a'));
      await writer.append(note('b'));
      await writing.close();
      expect(seen).toEqual([0, 1]);
      expect(await journal.entries()).toHaveLength(2);
    });

    test('three processes append fifty each; the chain has every entry and no fork', async () => {
      const journal = await store.create('m1', 'shop');
      const writers = ['a', 'b', 'c'];
      expect(await Promise.all(writers.map((writer) => exitOf(place.state, writer, '50', 'never')))).toEqual(writers.map(() => '0'));
      const entries = await journal.entries();
      expect(verifyChain('m1', entries)).toEqual([]);
      for (const writer of writers) expect(textsOf(entries, writer)).toEqual(Array.from({length: 50}, (_, index) => `${writer}/${index}`));
    });

    test('a process that is killed in the middle of an append leaves no entry and holds up nobody', async () => {
      const journal = await store.create('m1', 'shop');
      expect(await exitOf(place.state, 'a', '5', '3')).toBe('SIGKILL');
      await journal.append(note('afterwards'));
      const entries = await journal.entries();
      expect(entries.map(({fact}) => fact)).toEqual([note('a/0'), note('a/1'), note('afterwards')]);
      expect(verifyChain('m1', entries)).toEqual([]);
    });
  });
}

const textsOf = (entries: Awaited<ReturnType<Journal['entries']>>, writer: string) =>
  entries.flatMap(({fact}) => (fact.type === 'note' && fact.text.startsWith(`${writer}/`) ? [fact.text] : []));

/** The exit code, or the signal that ended the process. */
async function exitOf(state: string, writer: string, count: string, killAt: string): Promise<string> {
  const child = spawn(process.execPath, [WRITER, 'm1', writer, count, killAt], {
    stdio: 'inherit',
    env: {...process.env, CROSSFADE_STATE: state},
  });
  const [code, signal]: readonly unknown[] = await once(child, 'exit');
  return String(signal ?? code);
}
