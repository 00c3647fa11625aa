/** One call, and how it went. Never throws: whether a failure refuses something is for whoever asked. */
import type {HookRule} from '../model/hook.ts';
import {callers} from './callers.ts';
import type {Caller, HookCall, HookServices} from './hook.ts';
import {errorText} from '../model/errors.ts';

export async function callHook(
  rule: HookRule,
  call: HookCall,
  services: HookServices,
): Promise<{readonly ok: boolean; readonly says: string}> {
  const caller: Caller = rule.run ? callers.run : callers.webhook;
  try {
    return {ok: true, says: await caller.call(rule, call, services)};
  } catch (error) {
    return {ok: false, says: errorText(error)};
  }
}
