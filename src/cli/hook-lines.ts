/** The hooks of a plan in words and as a document; no address, which may be a secret, only its reference. */
import {hookName} from '../model/hook.ts';
import {formatDuration} from '../plan/duration.ts';
import type {Plan} from '../plan/plan.ts';

export const hookLines = ({hooks = []}: Pick<Plan, 'hooks'>): readonly string[] =>
  hooks.map((rule) => {
    const what = rule.run ? `runs ${rule.run.join(' ')}` : `posts to ${rule.webhook}${rule.secret ? ', signed' : ''}`;
    const every = rule.on.includes('status') ? `; status every ${formatDuration(rule.everyMs)}` : '';
    return `hook ${hookName(rule)}: ${what}, on ${rule.on.join(', ')} (${formatDuration(rule.timeoutMs)} at most${every})`;
  });

export const hooksDocument = ({hooks = []}: Pick<Plan, 'hooks'>) =>
  hooks.map((rule) => ({
    name: hookName(rule),
    on: rule.on,
    mayRefuse: rule.on.filter((event) => event.startsWith('before-')),
    run: rule.run ?? null,
    webhook: rule.webhook ?? null,
    isSigned: rule.secret !== undefined,
    timeoutMs: rule.timeoutMs,
    everyMs: rule.everyMs,
  }));
