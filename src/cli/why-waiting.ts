/** Why a run that is well stands in front of a phase, or in its reverse window: who is asked for what. Pure. */
import type {Verdict} from '../journal/journal.ts';
import type {ReverseWindow} from '../journal/reverse-window.ts';
import type {RunState} from '../journal/run-state.ts';
import {remaining, since} from './spans.ts';
import type {WhyNotDone} from './why-not-done.ts';

/** People are asked only when nothing else is red: an approval sees the other gates' evidence. */
export function redGates(red: readonly Verdict[], phase: string, state: RunState, now: Date): WhyNotDone {
  const measured = red.filter(({gate}) => gate !== 'approval');
  const shown = measured.length > 0 ? measured : red;
  const [first] = shown;
  const waits = `waiting before ${phase} for ${since(state.visit[0]?.at ?? state.createdAt, now)}`;
  const cause = `${waits}: ${shown.map(({gate, evidence}) => `${gate} is red (${evidence})`).join(', ')}${calledOff(state, now)}`;
  return {cause, ...(first && measured.length > 0 ? measuredAgain(first) : approver(red, state))};
}

type Act = Pick<WhyNotDone, 'owner' | 'next'>;

const BY_ITSELF = 'nobody: it is measured again by itself';

/** Of the first red gate: when it is green, the next one is told. */
function measuredAgain({gate, evidence}: Verdict): Act {
  if (gate === 'schema-match')
    return {
      owner: "whoever may change the target's schema",
      next: {command: 'crossfade verify --schema', why: 'lists every difference; when they are gone the gate opens by itself'},
    };
  if (gate === 'application-roles')
    return {
      owner: 'whoever may grant rights on the target',
      next: {command: 'crossfade doctor PLAN', why: 'prints what to grant; then the gate opens by itself'},
    };
  if (gate === 'checksum-match' && /\d rows (?:that changed since )?differ/.test(evidence))
    return {
      owner: 'the operator',
      next: {command: 'crossfade verify --repair', why: 'reads the rows that differ again, and compares anew'},
    };
  if (gate === 'checksum-match' && evidence.includes('no known cause'))
    return {
      owner: 'the operator',
      next: {
        command: 'crossfade approve checksum-match --reason TEXT',
        why: 'says that you have looked why they differed; docs/runbook/differences.md',
      },
    };
  if (gate === 'checksum-match')
    return {
      owner: 'nobody: all rows are compared again by themselves',
      next: {command: 'crossfade verify', why: 'compares at once what would be compared later'},
    };
  return {
    owner: BY_ITSELF,
    next: {
      command: 'crossfade events -f',
      why: `shows each measurement that differs; if the limit of ${gate} does not fit: crossfade amend FILE`,
    },
  };
}

function approver(red: readonly Verdict[], {plan}: RunState): Act {
  const isClaimed = red.some(({evidence}) => evidence.includes('(unauthenticated)'));
  return {
    owner: 'an approver',
    next: {
      command: `crossfade approve approval --run ${plan.name} --reason TEXT`,
      why: isClaimed
        ? 'says yes; who is known by a uid only counts once, however many they are, so the next one has to prove who they are'
        : 'says yes to this plan and these measurements',
    },
  };
}

/** Before its end the way back is all that is on offer. */
export function inWindow({since: begin, until}: ReverseWindow, state: RunState, now: Date): WhyNotDone {
  const {plan, canary} = state;
  const serves = `the target serves for ${since(begin, now)}`;
  if (canary?.failure !== undefined)
    return {
      cause: `the canary failed after the cutover: ${canary.failure.reason} (${canary.failure.code}); ${serves}`,
      owner: 'the operator',
      next: {
        command: `crossfade reverse --confirm ${plan.name}`,
        why: `goes back; crossfade explain ${canary.failure.code} says what else to look at`,
      },
    };
  if (until !== undefined && now.getTime() < Date.parse(until))
    return {
      cause: `${serves}; the way back is kept until ${until}, another ${remaining(until, now)}${calledOff(state, now)}`,
      owner: 'nobody: it is a matter of time',
      next: {command: `crossfade reverse --confirm ${plan.name}`, why: 'goes back; crossfade complete fits when the window is over'},
    };
  return {
    cause: `${serves}; ${until === undefined ? 'the way back is kept' : `the reverse window is over since ${until}`}${calledOff(state, now)}`,
    owner: 'the operator',
    next: {command: `crossfade complete --confirm ${plan.name}`, why: 'ends the way back; crossfade reverse goes back instead'},
  };
}

/** What users met on the way back comes before whatever the run does next, until the next cutover. */
export function wrongOnTheWayBack({canary}: RunState, why: WhyNotDone): WhyNotDone {
  if (canary?.failure === undefined || canary.phase !== 'reverse-cutover') return why;
  const {reason, code} = canary.failure;
  return {
    cause: `the canary failed on the way back: ${reason} (${code}); ${why.cause}`,
    owner: 'the operator',
    next: {command: `crossfade explain ${code}`, why: 'says what to look at before the next cutover'},
  };
}

/** Until the next attempt, in the phases that lead to it again. */
export const calledOff = ({calledOff: last}: RunState, now: Date): string =>
  last ? `; the last ${last.phase} was called off ${since(last.at, now)} ago: ${last.reason}` : '';
