/** Reading entries by the kind of their fact. */
import type {Entry, JournalFact} from './journal.ts';

export type FactType = JournalFact['type'];
export type EntryOf<T extends FactType> = Entry & {readonly fact: Extract<JournalFact, {type: T}>};

export const isOf = <T extends FactType>(entry: Entry, type: T): entry is EntryOf<T> => entry.fact.type === type;

export const recorded = <T extends FactType>(entries: readonly Entry[], type: T): readonly EntryOf<T>[] =>
  entries.filter((entry): entry is EntryOf<T> => isOf(entry, type));

export const lastRecorded = <T extends FactType>(entries: readonly Entry[], type: T): EntryOf<T> | undefined =>
  recorded(entries, type).at(-1);

export const after = (entries: readonly Entry[], seq: number): readonly Entry[] => entries.filter((entry) => entry.seq > seq);
