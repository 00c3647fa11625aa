/** Decisions are known to the databases too, so that a lost local journal can be rebuilt (design §2, `adopt`). */
import type {Database} from '../engine/engine.ts';
import type {Entry, JournalFact} from '../journal/journal.ts';

const MIRRORED: readonly JournalFact['type'][] = [
  'migration-created',
  'runner-started',
  'phase-started',
  'phase-ended',
  'gates-passed',
  'decision',
  'plan-amended',
  'adopted',
];

/** Both sides get it, or this throws: a side that is not there is noticed now and not after the state was lost. */
export const mirrorTo = async (sides: readonly Database[], entry: Entry): Promise<void> => {
  if (!MIRRORED.includes(entry.fact.type)) return;
  await Promise.all(sides.map((side) => side.control.mirror(mirrorOf(entry))));
};

/** The form that both sides keep. `adopt` reads it back. */
export const mirrorOf = ({seq, hash, at, previous, fact}: Entry): {seq: number; hash: string; body: string} => ({
  seq,
  hash,
  body: JSON.stringify({seq, at, fact, previous, hash}),
});
