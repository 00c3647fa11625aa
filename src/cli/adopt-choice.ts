/** Which of the copies of a journal is the record: the longest, when each of the others is its beginning. */
import {verifyChain} from '../journal/chain.ts';
import type {ChainFault, Entry, JournalStore} from '../journal/journal.ts';
import {forkOf, readMirrored, type MirroredCopy} from '../journal/mirrored.ts';
import {TerminalError} from '../model/errors.ts';
import type {Sides} from './compose.ts';

export const COPIES = ['journal', 'source', 'target'] as const;
export type CopyName = (typeof COPIES)[number];
export type Copy = MirroredCopy & {readonly name: CopyName};
export type Chosen = {readonly name: CopyName; readonly entries: readonly Entry[]};

/** What is kept of the run here and in both databases; a change in place has one. */
export const copiesOf = async (store: JournalStore, id: string, {source, target}: Sides): Promise<readonly Copy[]> => {
  const isHere = (await store.migrations()).some((one) => one.id === id);
  const here = isHere ? await (await store.open(id)).entries() : undefined;
  return [
    ...(here ? [{name: 'journal', entries: here, faults: verifyChain(id, here)} as const] : []),
    {name: 'source', ...readMirrored(id, await source.control.mirrored())} as const,
    ...(target === source ? [] : [{name: 'target', ...readMirrored(id, await target.control.mirrored())} as const]),
  ];
};

/** Pure. A copy that is not whole, or goes another way than the longest, is passed over only when a person has said which to believe. */
export const choose = (copies: readonly Copy[], from: CopyName | undefined, planName: string): Chosen => {
  const chosen = from ? copies.find(({name}) => name === from) : longestOf(copies);
  const lines = [...copies].flatMap((copy) => faultsOf(copy, chosen));
  if (!chosen)
    throw new TerminalError(`there is no ${from ?? 'copy'} of this run here`, {
      code: 'CF-STATE-001',
      next: 'check --state, or choose another copy',
    });
  if (chosen.faults.length || (lines.length && !from)) throw disagreement(lines, copies, planName);
  if (chosen.name === 'journal' && !lines.length)
    throw new TerminalError(`the journal of ${planName} is here and whole, nothing is lost`, {
      code: 'CF-VERB-001',
      next: 'crossfade resume',
    });
  return chosen;
};

/** Of those as long as one another the first, so that a journal that is here and complete counts as such. */
export const longestOf = (copies: readonly Copy[]): Copy | undefined =>
  copies.reduce<Copy | undefined>(
    (longest, copy) => (longest && longest.entries.length >= copy.entries.length ? longest : copy),
    undefined,
  );

const faultsOf = (copy: Copy, chosen: Copy | undefined): readonly string[] => {
  const where = copy.name === 'journal' ? 'the journal here' : `the copy on the ${copy.name}`;
  if (copy.faults.length) return copy.faults.map(({seq, what, detail}: ChainFault) => `  ${where}: entry ${seq} ${what}: ${detail}`);
  const fork = chosen && !chosen.faults.length ? forkOf(copy.entries, chosen.entries) : undefined;
  return fork === undefined || !chosen
    ? []
    : [
        `  ${where}: from entry ${fork} on it says something else than ${chosen.name === 'journal' ? 'the journal here' : `the copy on the ${chosen.name}`}`,
      ];
};

const disagreement = (lines: readonly string[], copies: readonly Copy[], planName: string): TerminalError => {
  const whole = copies.filter(({faults}) => !faults.length).map(({name}) => name);
  return new TerminalError([`the copies of the journal of ${planName} do not agree`, ...lines].join('\n'), {
    code: 'CF-STATE-002',
    next: whole.length
      ? `keep crossfade.journal of both databases as evidence; then say which to believe: crossfade adopt PLAN --from ${whole.join('|')} --reason TEXT`
      : 'restore the state from a backup; no copy is whole',
  });
};
