/** The hooks of a run, or of a plan that is only tried. */
import {callHook} from '../hook/call-hook.ts';
import type {HookCall} from '../hook/hook.ts';
import {Hooks, type HooksOptions} from '../hook/hooks.ts';
import type {Words} from '../hook/texts.ts';
import type {Journal} from '../journal/journal.ts';
import {formatDuration} from '../plan/duration.ts';
import type {Effects} from '../model/effects.ts';
import type {HookRule} from '../model/hook.ts';
import type {Plan} from '../plan/plan.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {gateServices} from './compose-gate-services.ts';

/** What was begun is told to its end, or to its limit, also when the run stops. */
const NEVER = new AbortController().signal;

type Told = Pick<HooksOptions, 'status' | 'stopped' | 'warn'>;

export const openHooks = (plan: Plan, journal: Journal, effects: Effects, told: Told): Hooks =>
  new Hooks({
    journal,
    rules: plan.hooks ?? [],
    texts: plan.announcements ?? {},
    words: announcementWords(plan),
    services: gateServices(effects, NEVER, 'hook'),
    clock: effects.clock,
    ...told,
  });

/** What stands for the words in braces, but the reason of a moment. */
export const announcementWords = ({name, cutover, reverse}: Plan, at = 'a time that will be said'): Words => ({
  name,
  at,
  stall: formatDuration(cutover.stallBudgetMs),
  window: formatDuration(reverse.windowMs),
  reason: '',
});

/** One hook, now, and how that went. */
export async function callOnce(rule: HookRule, call: HookCall): Promise<{readonly ok: boolean; readonly says: string}> {
  const effects = await effectsOf(process.env);
  return callHook(rule, call, {...gateServices(effects, NEVER, 'hook'), sleep: (ms) => effects.clock.sleep(ms)});
}
