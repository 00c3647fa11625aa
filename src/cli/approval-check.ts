/** What keeps a signed yes from counting, said before it is recorded. The fold decides the same of every entry again. */
import {isOfStarter} from '../gate/approval.ts';
import {standingApprovals} from '../journal/approvals.ts';
import {sealEntry} from '../journal/chain.ts';
import {type ApproveFact, genuineOf, givenBefore, peopleOf} from '../journal/genuine.ts';
import {planValue} from '../journal/plan-value.ts';
import type {RunState} from '../journal/run-state.ts';
import {type ErrorCode, TerminalError} from '../model/errors.ts';
import type {Run} from './run-choice.ts';

/** Throws CF-APPROVE-001 to -005. */
export function requireCounts(fact: ApproveFact, {id, entries, state}: Run, now: Date): void {
  const {gate, signed} = fact.signal;
  const people = peopleOf(state.plan.content);
  const person = people.find(({name}) => name === signed?.by);
  if (person?.role !== 'approve')
    throw refusal('CF-APPROVE-001', person ? `${person.name} may ${person.role}, and not approve` : `the plan knows no ${signed?.by}`);
  const before = givenBefore(fact, entries);
  if (before) throw refusal('CF-APPROVE-003', `this yes of ${person.name} was given already, in entry ${before}`);
  const entry = {...sealEntry(id, entries.at(-1), now, fact), fact};
  const genuine = genuineOf(entry, entries, people);
  if (genuine !== 'signed') throw refusal('CF-APPROVE-002', typeof genuine === 'string' ? 'it is not signed' : genuine.fault);
  if (!standingApprovals([...entries, entry]).some(({seq}) => seq === entry.seq))
    throw refusal('CF-APPROVE-004', `${person.name} has signed for a plan or for verdicts of before: ${gate} rests on others now`);
  const {starter = ''} = state;
  if (!starterMay(state, gate) && isOfStarter({actor: person.name, account: fact.actor.account ?? ''}, starter, people))
    throw refusal('CF-APPROVE-005', `${starter} started the run, and ${person.name}'s yes from ${fact.actor.account} does not count`);
}

/** Of the gate where its settings say so, else of the plan. Only the gate `approval` asks it. */
function starterMay({plan: {content}, phase}: RunState, gate: string): boolean {
  if (gate !== 'approval') return true;
  const gates = planValue(content, 'gates', phase);
  const own = Array.isArray(gates) ? gates.filter((one) => planValue(one, 'name') === gate) : [];
  const said = own.map((one) => planValue(one, 'settings', 'starterMay')).filter((value) => typeof value === 'boolean');
  return said.length > 0 ? said.includes(true) : planValue(content, 'approval', 'starterMay') === true;
}

const NEXT = {
  'CF-APPROVE-001': 'use the key of somebody who may approve; approval.people in the plan names them',
  'CF-APPROVE-002': 'sign what the gates of the run say now, with the key whose public half is in the plan, and check the clock',
  'CF-APPROVE-003': 'nothing is missing; if it was taken back since, look at the gates again and sign anew',
  'CF-APPROVE-004': 'look at the gates of the run again, and sign anew',
  'CF-APPROVE-005': 'let somebody else approve',
} as const satisfies Partial<Record<ErrorCode, string>>;

const refusal = (code: keyof typeof NEXT, message: string): TerminalError => new TerminalError(message, {code, next: NEXT[code]});
