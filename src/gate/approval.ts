import {duration} from '../model/amounts.ts';
import type {Person} from '../model/person.ts';
import type {Approved, Gate, Measures} from './gate.ts';
import {countSetting, durationSetting, flagSetting} from './gate-settings.ts';

/**
 * Enough people have said yes to this plan, lately, and not the one who started it. Anybody may claim a bare uid, or
 * several, so all unauthenticated approvals together count as one person.
 */
export const approval: Gate = {
  isOfTheMoment: true,
  limits(measures) {
    const {quorum, expiresMs, starterMay} = rulesOf(measures);
    const people = quorum === 1 ? 'one approval' : `${quorum} approvals`;
    const known = measures.approval.people?.filter(({role}) => role === 'approve').map(({name}) => name) ?? [];
    const unreachable = quorum > 1 ? ', which needs approval.people in the plan' : '';
    const whose = known.length > 0 ? `, signed by ${known.join(', ')}` : unreachable;
    return `${people}${whose}, ${starterMay ? 'also' : 'not'} by whoever started the run, void after ${expiresMs / 3_600_000} h`;
  },
  async check(measures) {
    const {starter} = measures;
    const {quorum, expiresMs, starterMay} = rulesOf(measures);
    const oldestMs = measures.now().getTime() - expiresMs;
    const startedBy = await starter();
    const all = await measures.approvals();
    const fresh = all.filter(({at}) => timeOf(at) >= oldestMs);
    const allowed = fresh.filter((one) => starterMay || !isOfStarter(one, startedBy, measures.approval.people));
    const people = peopleOf(allowed);
    const expired = all.length - fresh.length;
    const notes = [
      ...(allowed.length === fresh.length ? [] : [`${startedBy} started the run and does not count`]),
      ...(expired === 0 ? [] : [`${expired} expired after ${duration(expiresMs)}`]),
    ];
    const given = `${people.length} of ${quorum} approvals`;
    return {go: people.length >= quorum, evidence: [people.length === 0 ? given : `${given}: ${people.join(', ')}`, ...notes].join('; ')};
  },
};

/** Where nobody is known to use the starter's account, whoever approves from that account may be the starter. */
export function isOfStarter(
  {actor, account}: Pick<Approved, 'actor' | 'account'>,
  starter: string,
  people: readonly Person[] = [],
): boolean {
  const starters = people.filter(({name, accounts}) => name === starter || accounts.includes(starter));
  return starters.length > 0 ? starters.some(({name}) => name === actor) : account === starter;
}

const rulesOf = ({settings, approval: defaults}: Pick<Measures, 'settings' | 'approval'>) => ({
  quorum: countSetting(settings, 'quorum', defaults.quorum),
  expiresMs: durationSetting(settings, 'expires', defaults.expiresMs),
  starterMay: flagSetting(settings, 'starterMay', defaults.starterMay),
});

function peopleOf(approvals: readonly Approved[]): readonly string[] {
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
