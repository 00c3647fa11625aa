/**
 * Whether an approval is what the person it names has signed. The statement holds the head of the journal that the person
 * saw, so nothing before it can be written anew, plan and evidence included, without the signature showing it.
 */
import {KEY_PATTERN, type Person, ROLES} from '../model/person.ts';
import type {ChainFault, Entry, JournalFact, Signal} from './journal.ts';
import {isOf, type EntryOf} from './recorded.ts';
import {isSignedBy} from './signature.ts';

export type ApproveFact = Extract<JournalFact, {type: 'signal'}> & {readonly signal: Extract<Signal, {type: 'approve'}>};

/** Between the clock of whoever signed and that of the journal. */
const CLOCKS_APART_MS = 300_000;

/** Everything that is signed: the fact without its signature. */
export const statementOf = ({signal, actor, reason}: ApproveFact): object => {
  const {signed, ...rest} = signal;
  const {signature: _, ...who} = signed ?? {};
  return {...rest, signed: who, actor, ...(reason === undefined ? {} : {reason})};
};

export type Genuine = 'unsigned' | 'signed' | {readonly fault: string};

/** `people`: of the plan in force at that entry. */
export function genuineOf(entry: EntryOf<'signal'>, entries: readonly Entry[], people: readonly Person[]): Genuine {
  const {fact} = entry;
  if (!isApproval(fact)) return 'unsigned';
  const {signed, gate} = fact.signal;
  if (!signed) return 'unsigned';
  const person = people.find(({name}) => name === signed.by);
  if (!person || fact.actor.name !== signed.by || !fact.actor.authenticated) return {fault: `the plan knows no ${signed.by}`};
  const before = givenBefore(fact, entries.slice(0, entry.seq - 1));
  if (before) return {fault: `the yes of ${signed.by} to ${gate} was given once, in entry ${before}, and is here a second time`};
  const isTheirs = isSignedBy(statementOf(fact), signed.signature, person.key);
  const isHere = signed.head.seq < entry.seq && entries[signed.head.seq - 1]?.hash === signed.head.hash;
  if (!isTheirs || !isHere) return {fault: `the yes to ${gate}, or what stands before it, is not what ${signed.by} has signed`};
  if (!(Math.abs(Date.parse(entry.at) - Date.parse(signed.at)) <= CLOCKS_APART_MS))
    return {fault: `${signed.by} has signed it at ${signed.at}, and it was recorded at ${entry.at}`};
  return person.role === 'approve' ? 'signed' : {fault: `${signed.by} may ${person.role}, and not approve`};
}

/** The number of the entry in which this very signature stands already: a yes is one yes, and comes back by nobody's copy of it. */
export const givenBefore = ({signal: {signed}}: ApproveFact, entries: readonly Entry[]): number | undefined =>
  signed &&
  entries.find((entry) => isOf(entry, 'signal') && isApproval(entry.fact) && entry.fact.signal.signed?.signature === signed.signature)?.seq;

/** For `events --verify`, beside the chain: hashes can be computed anew by anybody, signatures cannot. */
export function signatureFaults(entries: readonly Entry[]): ChainFault[] {
  let people: readonly Person[] = [];
  return entries.flatMap((entry): ChainFault[] => {
    people = peopleAfter(people, entry);
    if (!isOf(entry, 'signal')) return [];
    const genuine = genuineOf(entry, entries, people);
    if (genuine === 'unsigned' && entry.fact.actor.authenticated && people.length > 0)
      return [{seq: entry.seq, what: 'changed', detail: `it claims to be ${entry.fact.actor.name}'s, who has signed nothing`}];
    return typeof genuine === 'string' ? [] : [{seq: entry.seq, what: 'changed', detail: genuine.fault}];
  });
}

/** Whom the plan knows from this entry on. */
export function peopleAfter(people: readonly Person[], entry: Entry): readonly Person[] {
  if (isOf(entry, 'migration-created') || isOf(entry, 'plan-amended')) return peopleOf(entry.fact.plan);
  return people;
}

/** Of a plan as the journal keeps it: data, perhaps of another version. */
export function peopleOf(plan: unknown): readonly Person[] {
  const people = field(field(plan, 'approval'), 'people');
  return Array.isArray(people) ? people.flatMap((one: unknown) => personOf(one) ?? []) : [];
}

function personOf(value: unknown): Person | undefined {
  const [name, key, role, accounts] = [field(value, 'name'), field(value, 'key'), field(value, 'role'), field(value, 'accounts')];
  const known = ROLES.find((one) => one === role);
  if (typeof name !== 'string' || typeof key !== 'string' || !KEY_PATTERN.test(key) || !known) return undefined;
  return {name, key, role: known, accounts: Array.isArray(accounts) ? accounts.filter((one) => typeof one === 'string') : []};
}

const isApproval = (fact: EntryOf<'signal'>['fact']): fact is ApproveFact => fact.signal.type === 'approve';

const field = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
