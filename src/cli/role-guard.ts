/**
 * Whom the plan knows by the account of this machine may do what the role there says, and no more. An account that it does not know
 * is nobody's: what it asks for is recorded as unauthenticated, and says yes to nothing where the plan knows people.
 */
import {peopleOf} from '../journal/genuine.ts';
import type {Actor} from '../journal/journal.ts';
import type {RunState} from '../journal/run-state.ts';
import {TerminalError} from '../model/errors.ts';
import type {Person, Role} from '../model/person.ts';

/** A no is for those who could have said yes; whoever may do that may steer as well. */
const WHO_MAY: Readonly<Record<'reject' | 'others', readonly Role[]>> = {reject: ['approve'], others: ['operate', 'approve']};

/** Throws CF-VERB-003. `verb`: as it is typed. An approval is its signature's, whatever the account: `approver.ts` looks at that. */
export function requireRole(verb: string, state: Planned, actor: Actor): void {
  const fault = roleFault(verb, state, actor);
  if (fault) throw new TerminalError(fault.message, {code: 'CF-VERB-003', next: fault.next});
}

/** The same in words, for the keys of the live view; undefined where nothing is wrong. */
export function roleFault(verb: string, {plan}: Planned, {name}: Actor): {readonly message: string; readonly next: string} | undefined {
  if (verb === 'approve') return undefined;
  const people = peopleOf(plan.content);
  const person = people.find((one) => isTheirs(one, name));
  const may = WHO_MAY[verb === 'reject' ? verb : 'others'];
  if (!person || may.includes(person.role)) return undefined;
  const others = people.filter(({role}) => may.includes(role)).map((one) => one.name);
  return {
    message: `${person.name} may ${person.role}, and not ${verb}: the plan says so of ${name}`,
    next: `ask ${others.join(' or ') || `somebody whom the plan lets ${verb}`}`,
  };
}

/** `content`: of the plan in force. */
type Planned = {readonly plan: Pick<RunState['plan'], 'content'>};

/** By a name where an access token says it, else by an account. */
const isTheirs = (person: Person, name: string): boolean => person.name === name || person.accounts.includes(name);
