/** The plan keys `hooks` and `announcements`: who is told what happens, and in which words. */
import * as z from 'zod';
import {ANNOUNCEMENT_WORDS, HOOK_EVENTS, type HookEvent, type HookRule} from '../model/hook.ts';
import {duration, holdsNoPassword, nonEmpty, PASSWORD_REFUSED, secretText} from './plan-words.ts';

/** Long enough for a program that looks at something, short enough for people who wait in front of a cutover. */
const TIMEOUT = '10s';
const event = z.enum(HOOK_EVENTS);

const hook = z
  .strictObject({
    on: z
      .union([event, z.array(event).min(1, 'must name at least one event')])
      .describe('When: an event, or a list. before-cutover and before-reverse may refuse what would begin.'),
    run: z.exactOptional(
      z
        .union([nonEmpty, z.array(nonEmpty).min(1, 'must not be empty')])
        .describe('The executable, or a list of it and its arguments. Facts are in CROSSFADE_* and on stdin.'),
    ),
    webhook: z.exactOptional(secretText.describe('Where to POST: a reference.')),
    secret: z.exactOptional(secretText.describe('Signs the body of a webhook, HMAC-SHA256.')),
    name: z.exactOptional(nonEmpty.describe('What people are shown.')),
    timeout: duration({min: 100, max: 600_000}).prefault(TIMEOUT).describe('For one call; no answer by then is a failure.'),
    every: duration({min: 1000}).prefault('5m').describe('Between two calls for status.'),
  })
  .refine(({run, webhook}) => (run === undefined) !== (webhook === undefined), 'needs run or webhook, and not both')
  .refine(({secret, webhook}) => secret === undefined || webhook !== undefined, 'secret goes with webhook only')
  .refine(holdsNoPassword, PASSWORD_REFUSED)
  .transform(
    ({on, run, timeout, every, ...same}): HookRule => ({
      ...same,
      on: typeof on === 'string' ? [on] : on,
      ...(run === undefined ? {} : {run: typeof run === 'string' ? [run] : run}),
      timeoutMs: timeout,
      everyMs: every,
    }),
  );

export const hooks = z.array(hook).describe('Programs and addresses that are told what happens, in this order.');

/** Of a change in place, which has no cutover; a hook that nobody would ever call is a mistake. */
export const changeHooks = hooks.refine(
  (all) => !all.some(({on}) => on.some(isOfCutover)),
  'a change in place has no cutover: before-cutover, after-cutover, before-reverse and after-reverse never happen',
);
const isOfCutover = (name: HookEvent): boolean => /-(?:cutover|reverse)$/.test(name);

const KNOWN: ReadonlySet<string> = new Set(ANNOUNCEMENT_WORDS);
const text = z.exactOptional(
  nonEmpty.refine(
    (written) => [...written.matchAll(/\{(\w+)\}/g)].every(([, word = '']) => KNOWN.has(word)),
    `may have ${ANNOUNCEMENT_WORDS.map((word) => `{${word}}`).join(', ')} and nothing else in braces`,
  ),
);

export const announcements = z
  .strictObject({
    before: text.describe('For a person to send: crossfade announce PLAN before.'),
    start: text.describe('With before-cutover.'),
    done: text.describe('With after-cutover, when the target serves.'),
    reversed: text.describe('With after-reverse, when the source serves again.'),
  })
  .describe('Your own words for what people are told; {name}, {at}, {stall}, {window} and {reason} are filled in.');
