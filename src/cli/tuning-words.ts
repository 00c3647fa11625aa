/** What an operator has set, in words: for `status`, the status line and `events`. */
import type {TuningOnRecord} from '../journal/tuning.ts';
import type {Tuning} from '../model/tuning.ts';

export function tuningWords(tuning: Tuning): string {
  const {parallel} = tuning;
  const parts = [throttleWords(tuning) ?? 'not throttled', ...(parallel === undefined ? [] : [`load.parallel ${parallel}`])];
  return parts.join(', ');
}

/** For the status line, after `throttled:`; absent while nothing is. */
export function throttledOf(tuning: TuningOnRecord): {readonly throttled?: string} {
  const words = throttleWords(tuning);
  const {actor, reason} = tuning.throttledBy ?? {};
  const by = actor === undefined ? '' : ` by ${actor}`;
  return words === undefined ? {} : {throttled: `${words}${by}${reason === undefined ? '' : `: ${reason}`}`};
}

/** `copy 70%, verify 100%`. */
const throttleWords = ({throttle: {copy, verify}}: Tuning): string | undefined => {
  const parts = Object.entries({copy, verify}).flatMap(([work, percent]) => (percent > 0 ? [`${work} ${percent}%`] : []));
  return parts.length > 0 ? parts.join(', ') : undefined;
};
