/** Everything that did not go as it should, and every runner. */
import type {Entry} from '../journal/journal.ts';
import {isOf} from '../journal/recorded.ts';
import {textIn} from './evidence.ts';

export type Trouble = {
  readonly seq: number;
  readonly at: string;
  readonly where: string;
  readonly code: string | null;
  readonly text: string;
};

export type Runner = {
  readonly epoch: number;
  readonly holder: string;
  readonly from: string;
  readonly until: string | null;
  /** Null: it was gone without a word. */
  readonly ended: string | null;
};

export const troublesOf = (entries: readonly Entry[]): readonly Trouble[] =>
  entries.flatMap((entry) => {
    const {seq, at} = entry;
    if (isOf(entry, 'failed')) return [{seq, at, where: 'the run', code: entry.fact.code ?? null, text: entry.fact.error}];
    if (isOf(entry, 'step-failed'))
      return [{seq, at, where: `${entry.fact.phase}/${entry.fact.step}`, code: entry.fact.code ?? null, text: entry.fact.error}];
    if (isOf(entry, 'hook') && !entry.fact.ok)
      return [{seq, at, where: `the hook ${entry.fact.hook}`, code: null, text: `not told of ${entry.fact.event}: ${entry.fact.says}`}];
    if (isOf(entry, 'phase-ended') && entry.fact.outcome === 'back')
      return [
        {
          seq,
          at,
          where: entry.fact.phase,
          code: null,
          text: `called off: ${textIn(entry.fact.evidence, 'reason') ?? 'no reason on record'}`,
        },
      ];
    return [];
  });

export function runnersOf(entries: readonly Entry[]): readonly Runner[] {
  const runners: {-readonly [K in keyof Runner]: Runner[K]}[] = [];
  for (const entry of entries) {
    const last = runners.at(-1);
    if (isOf(entry, 'runner-started')) {
      const {epoch, holder, host, pid} = entry.fact;
      runners.push({
        epoch,
        holder: `${holder}${host === undefined ? '' : `@${host}`}, process ${pid}`,
        from: entry.at,
        until: null,
        ended: null,
      });
    } else if (last && last.until === null && (isOf(entry, 'runner-stopped') || isOf(entry, 'unlocked'))) {
      last.until = entry.at;
      last.ended = isOf(entry, 'unlocked') ? `unlocked by ${entry.fact.actor.name}` : entry.fact.reason;
    }
  }
  return runners;
}
