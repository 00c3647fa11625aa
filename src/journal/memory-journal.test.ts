import {journalContract} from '../../test/conformance/journal.ts';
import {memoryJournalStore} from './memory-journal.ts';

journalContract('a journal in memory', async () => {
  const kept: {store?: ReturnType<typeof memoryJournalStore>} = {};
  return {
    // One process, one store: it is its first opener's effects that count.
    open: async (effects) => (kept.store ??= memoryJournalStore(effects)),
    remove: async () => {},
  };
});
