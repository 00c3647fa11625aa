/** What an operator has set, in words: for `status`, the status line and `events`. */
import type {TuningOnRecord} from '../journal/tuning.ts';
import type {Wait} from '../telemetry/telemetry.ts';
import {settingText} from '../model/setting-text.ts';
import {isSetting, type Tuning} from '../model/tuning.ts';

export function tuningWords(tuning: Tuning): string {
  return [throttleWords(tuning) ?? 'not throttled', ...setWords(tuning)].join(', ');
}

/** What was set beside the pace; empty where nothing was. */
export const setWords = (tuning: Tuning): readonly string[] => setValues(tuning).map((set) => set.join(' '));

/** The same with who and why, for `status`. */
export const setLines = (tuning: TuningOnRecord): readonly string[] =>
  setValues(tuning).map(([key, value]) => {
    const {actor = 'somebody', reason = 'no reason on record'} = tuning.setBy[key] ?? {};
    return `set: ${key} ${value} by ${actor}: ${reason}`;
  });

/** Each key with its value. */
const setValues = ({parallel, chunkBytes, limits = {}}: Tuning): readonly (readonly [string, string])[] => [
  ...(parallel === undefined ? [] : [['load.parallel', String(parallel)] as const]),
  ...(chunkBytes === undefined ? [] : [['load.chunk', settingText('load.chunk', chunkBytes)] as const]),
  ...Object.entries(limits).map(([name, limit]) => {
    const key = `throttle.${name}`;
    return [key, isSetting(key) ? settingText(key, limit) : String(limit)] as const;
  }),
];

/** For the status line, after `throttled:`; absent while nothing is. What a person asked for is told before what is measured. */
export function throttledOf(tuning: TuningOnRecord, waits: readonly Wait[] = []): {readonly throttled?: string} {
  const measured = waits.flatMap(({throttle}) => throttle ?? []);
  const asked = askedFor(tuning);
  const words = [...(asked === undefined ? [] : [asked]), ...measured];
  return words.length === 0 ? {} : {throttled: words.join('; ')};
}

function askedFor(tuning: TuningOnRecord): string | undefined {
  const words = throttleWords(tuning);
  const {actor, reason} = tuning.throttledBy ?? {};
  const by = actor === undefined ? '' : ` by ${actor}`;
  return words === undefined ? undefined : `${words}${by}${reason === undefined ? '' : `: ${reason}`}`;
}

/** `copy 70%, verify 100%`. */
const throttleWords = ({throttle: {copy, verify}}: Tuning): string | undefined => {
  const parts = Object.entries({copy, verify}).flatMap(([work, percent]) => (percent > 0 ? [`${work} ${percent}%`] : []));
  return parts.length > 0 ? parts.join(', ') : undefined;
};
