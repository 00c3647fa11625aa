/** The throttles of a plan in words and as a document: what copying, filling and comparing will wait for. */
import {windowWords} from '../model/weekly-windows.ts';
import {formatDuration} from '../plan/duration.ts';
import type {Plan} from '../plan/plan.ts';
import {amount, list, text} from '../throttle/read-settings.ts';
import {windowOf} from '../throttle/schedule.ts';
import type {Settings} from '../throttle/throttle.ts';
import type {throttles} from '../throttle/throttles.ts';

export const throttleLines = (plan: Pick<Plan, 'throttle'>): readonly string[] =>
  throttlesDocument(plan).map(({name, limits}) => `throttle ${name}: work waits while ${limits}`);

/** `limits` in words, as the plan has them; `crossfade set` may move them while the run goes on. */
export const throttlesDocument = ({throttle = []}: Pick<Plan, 'throttle'>) =>
  throttle.map(({name, settings}) => ({name, limits: limitsOf(name, settings), settings}));

const limitsOf = (name: string, settings: Settings): string => {
  const words: Readonly<Record<string, (settings: Settings) => string>> = LIMITS;
  return words[name]?.(settings) ?? 'as it is set';
};

const LIMITS = {
  'replica-lag': (settings) => {
    const replicas = list(settings, 'replicas').map(String);
    const which = replicas.length > 0 ? replicas.join(', ') : 'a replica that the source names';
    return `${which} is more than ${formatDuration(amount(settings, 'max'))} behind, or cannot be asked`;
  },
  'connection-load': (settings) => `more than ${amount(settings, 'max')}% of the connections of either server are in use`,
  'statement-latency': (settings) => {
    const query = text(settings, 'query', undefined);
    const what = query === undefined ? 'the mean statement of other roles' : `“${query}”`;
    return `${what} takes longer than ${formatDuration(amount(settings, 'max'))} on the source`;
  },
  sql: (settings) =>
    `${named(settings, `“${text(settings, 'query')}”`)} is above ${amount(settings, 'max')} on the ${text(settings, 'on', 'source')}`,
  http: (settings) => {
    const max = amount(settings, 'max', undefined);
    return `${named(settings, text(settings, 'url'))} answers anything but 2xx${max === undefined ? '' : ` or a number above ${max}`}`;
  },
  schedule: (settings) =>
    `it is none of these hours of ${text(settings, 'zone')}: ${list(settings, 'windows').map(windowOf).map(windowWords).join('; ')}`,
} satisfies Record<keyof typeof throttles, (settings: Settings) => string>;

/** `the queue (“SELECT …”)`. */
const named = (settings: Settings, what: string): string => {
  const name = text(settings, 'name', undefined);
  return name === undefined ? what : `${name} (${what})`;
};
