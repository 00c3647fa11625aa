import type {Gate, Measures} from './gate.ts';
import {countSetting, durationSetting, flagSetting} from './gate-settings.ts';

type Approval = Awaited<ReturnType<Measures['approvals']>>[number];

/**
 * Enough people have said yes to this plan, lately, and not the one who started it. Anybody may claim a bare uid, or
 * several, so all unauthenticated approvals together count as one person.
 */
export const approval: Gate = {
  async check(measures) {
    const {approval: defaults, settings, starter} = measures;
    const quorum = countSetting(settings, 'quorum', defaults.quorum);
    const expiresMs = durationSetting(settings, 'expires', defaults.expiresMs);
    const starterMay = flagSetting(settings, 'starterMay', defaults.starterMay);
    const oldestMs = measures.now().getTime() - expiresMs;
    const startedBy = await starter();
    const fresh = (await measures.approvals()).filter(({at}) => timeOf(at) >= oldestMs);
    const allowed = fresh.filter(({actor}) => starterMay || actor !== startedBy);
    const people = peopleOf(allowed);
    const notes = allowed.length === fresh.length ? [] : [`${startedBy} started the run and does not count`];
    const given = `${people.length} of ${quorum} approvals`;
    return {go: people.length >= quorum, evidence: [people.length === 0 ? given : `${given}: ${people.join(', ')}`, ...notes].join('; ')};
  },
};

function peopleOf(approvals: readonly Approval[]): readonly string[] {
  const named = new Set(approvals.filter(({authenticated}) => authenticated).map(({actor}) => actor));
  // Somebody who also approved with a token is not a second person.
  const bare = new Set(approvals.filter(({authenticated, actor}) => !authenticated && !named.has(actor)).map(({actor}) => actor));
  return [...named, ...(bare.size === 0 ? [] : [`${[...bare].join(' and ')} (unauthenticated)`])];
}

function timeOf(at: string): number {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) throw new Error(`an approval has no readable time: ${at}`);
  return ms;
}
