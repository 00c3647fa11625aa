import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import type {AccessToken} from './access-token.ts';
import {sealEntry} from './chain.ts';
import {missingAfter} from './mirrored.ts';
import type {Entry, Journal, JournalFact, JournalStore, MigrationSummary} from './journal.ts';
import {pointLabel} from './point-label.ts';

/** Keeps nothing beyond the process: for tests, and for a dry run, which must leave no trace. */
export function memoryJournalStore(effects: Effects): JournalStore {
  const reports = new Map<string, LiveReport>();
  const tokens = new Map<string, AccessToken>();
  const kept = new Map<string, {readonly summary: MigrationSummary; readonly journal: Journal}>();
  const keep = (id: string, name: string, journal: Journal): Journal => {
    kept.set(id, {summary: {id, name, createdAt: effects.clock.now().toISOString()}, journal});
    return journal;
  };
  return {
    migrations: async () => [...kept.values()].map(({summary}) => summary),
    create: async (id, name) => {
      if (kept.has(id)) throw new TerminalError(`migration ${id} exists already`, {code: 'CF-STATE-001', next: 'resume it'});
      return keep(id, name, memoryJournal(id, effects));
    },
    restore: async (id, name, entries) => {
      const here = (await kept.get(id)?.journal.entries()) ?? [];
      return keep(id, name, memoryJournal(id, effects, [...here, ...missingAfter(here, entries)]));
    },
    open: async (id) => {
      const found = kept.get(id);
      if (found === undefined)
        throw new TerminalError(`no migration ${id} in this state`, {code: 'CF-STATE-001', next: 'crossfade status'});
      return found.journal;
    },
    report: async (id) => reports.get(id),
    keepReport: async (id, report) => void reports.set(id, report),
    accessTokens: async () => [...tokens.values()],
    keepAccessToken: async (token) => void tokens.set(token.id, token),
    close: async () => {},
  };
}

/** One journal without a store. */
export function memoryJournal(migration: string, effects: Effects, begun: readonly Entry[] = []): Journal {
  const entries: Entry[] = [...begun];
  let turn: Promise<unknown> = Promise.resolve();
  const write = async (fact: JournalFact): Promise<Entry> => {
    const entry = sealEntry(migration, entries.at(-1), effects.clock.now(), fact);
    await effects.point('journal.write', pointLabel(fact));
    entries.push(entry);
    return entry;
  };
  return {
    migration,
    append: (fact) => {
      const written = turn.then(() => write(fact));
      // A failed append is its caller's; the next one takes its turn all the same.
      turn = written.catch(() => undefined);
      return written;
    },
    entries: async (after = 0) => entries.filter(({seq}) => seq > after),
  };
}
