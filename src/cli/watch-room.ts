/** What a window of some size has room for. Pure; the screen obeys it, so that nothing is squeezed or scrolls away. */
import type {WatchView} from './watch-view.ts';

export type Size = {readonly columns: number; readonly rows: number};

export type Room = {
  /** Phases and the rest stand side by side. */
  readonly isWide: boolean;
  readonly steps: number;
  readonly notes: number;
  /** Blank lines between the parts. */
  readonly gap: 0 | 1;
  /** Only the phases next to the present one. */
  readonly isShort: boolean;
};

const WIDE_COLUMNS = 100;
export const PHASES_COLUMNS = 40;
const STEPS_MAX = 4;
const NOTES_MAX = 4;
/** Head, keys, a blank line after and before each, and the row that ink keeps for the cursor. */
const FRAME_ROWS = 5;
const GAPS = 3;

/** A low window does without notes first, then steps, then blank lines, then the phases that are far away. */
export function roomFor(view: WatchView, {columns, rows}: Size, hasMessage: boolean): Room {
  const isWide = columns >= WIDE_COLUMNS;
  const inside = rows - FRAME_ROWS - (hasMessage ? 1 : 0);
  const beside = textRows(view, isWide ? columns - PHASES_COLUMNS - 2 : columns);
  if (isWide) {
    const steps = clamp(inside - view.phases.length, STEPS_MAX);
    return {isWide, steps, notes: clamp(inside - beside, NOTES_MAX), gap: 0, isShort: inside < view.phases.length};
  }
  const spare = inside - beside - view.phases.length;
  const steps = clamp(spare - GAPS, STEPS_MAX);
  return {isWide, steps, notes: clamp(spare - GAPS - steps, NOTES_MAX), gap: spare >= GAPS ? 1 : 0, isShort: spare < 0};
}

/** Numbers, gates, why, who and next. A broken line loses up to a word at its end, hence the tenth. */
function textRows({numbers, pace, gates, why}: WatchView, columns: number): number {
  const rowsOf = (text: string): number => Math.ceil(text.length / (columns * 0.9));
  const sentences = [
    numbers ?? 'no runner',
    ...(pace ? [pace] : []),
    `why: ${why.cause}`,
    `who: ${why.owner}`,
    ...(why.next ? [`next: ${why.next.command}`] : []),
  ];
  return sentences.reduce((sum, text) => sum + rowsOf(text), gates.length > 0 ? gates.length + 1 : 0);
}

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
