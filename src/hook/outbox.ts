/**
 * What is still to be told, as a fold of the journal: every moment of a hook that the plan named when it happened and names
 * now, without an entry that says how the call ended. So a killed runner's calls are made by the next one.
 */
import {hash} from 'node:crypto';
import type {Entry} from '../journal/journal.ts';
import type {HookEvent, HookRule} from '../model/hook.ts';
import type {HookFacts} from './hook.ts';
import {type Moment, momentsOf} from './moments.ts';

export type Due = {
  readonly seq: number;
  readonly at: string;
  readonly event: HookEvent;
  readonly facts: HookFacts;
  /** Of the phase that the entry names; undefined: wherever the run stood. */
  readonly phase: string | undefined;
  readonly rule: HookRule;
  readonly delivery: string;
};

/** The same for the same moment of the same hook, in every process and however often. */
export const deliveryOf = (migration: string, moment: string, rule: HookRule): string =>
  hash('sha256', `${migration} ${moment} ${JSON.stringify(rule)}`).slice(0, 32);

export class Outbox {
  readonly #migration: string;
  readonly #isEnd: (seq: number) => boolean;
  #rules: readonly HookRule[] = [];
  #due: Due[] = [];

  /** `isEnd`: whether the run had come to its end with that entry. */
  constructor(migration: string, isEnd: (seq: number) => boolean) {
    this.#migration = migration;
    this.#isEnd = isEnd;
  }

  /** Every entry, in order. */
  take(entry: Entry): void {
    const {fact} = entry;
    if (fact.type === 'migration-created' || fact.type === 'plan-amended') this.#takePlan(fact.plan);
    if (fact.type === 'hook') this.#due = this.#due.filter(({delivery}) => delivery !== fact.delivery);
    for (const moment of momentsOf(entry)) this.#put(entry, moment);
  }

  /** In the order in which it happened, and of one moment in the order of the plan. */
  get due(): readonly Due[] {
    return this.#due;
  }

  #takePlan(plan: unknown): void {
    this.#rules = rulesOf(plan);
    const known = new Set(this.#rules.map((rule) => JSON.stringify(rule)));
    this.#due = this.#due.filter(({rule}) => known.has(JSON.stringify(rule)));
  }

  #put(entry: Entry, {event, facts, isEnd}: Moment): void {
    const rules = this.#rules.filter(({on}) => on.includes(event));
    if (rules.length === 0 || (isEnd && !this.#isEnd(entry.seq))) return;
    const {seq, at, fact} = entry;
    const phase = 'phase' in fact ? fact.phase : undefined;
    for (const rule of rules) {
      const moment = `${seq} ${event} ${facts.gate ?? ''}`;
      this.#due.push({seq, at, event, facts, phase, rule, delivery: deliveryOf(this.#migration, moment, rule)});
    }
  }
}

/** The edge: a plan as it stands in the journal, of this version or of an earlier one, which had no hooks. */
function rulesOf(plan: unknown): readonly HookRule[] {
  const hooks: unknown = typeof plan === 'object' && plan !== null && 'hooks' in plan ? plan.hooks : undefined;
  return Array.isArray(hooks) ? hooks.filter(isRule) : [];
}

const isRule = (value: unknown): value is HookRule =>
  typeof value === 'object' && value !== null && 'on' in value && Array.isArray(value.on) && 'timeoutMs' in value;
