/** What a person at a terminal is asked before a run begins. Without a terminal nobody is: scripts have meant what they say. */
import {duration} from '../model/amounts.ts';
import {isInPlace, type PinnedPlan} from '../plan/plan.ts';
import type {Invocation} from './command.ts';
import {confirmed} from './prompt.ts';

export function mayBegin({plan, file}: PinnedPlan, {global, prompt, output}: Invocation): Promise<boolean> {
  if (!prompt.canAsk) return Promise.resolve(true);
  return confirmed({severity: 'moderate', planName: plan.name, consequences: beginning(plan, file)}, global, prompt, output);
}

const beginning = (plan: PinnedPlan['plan'], file: string): readonly string[] => {
  const {name, workflow, source, target, scope, cutover} = plan;
  const tables = scope.tables.join(', ');
  return [
    isInPlace(plan)
      ? `${name} changes ${tables || 'its tables'} where they are, on ${source.engine} (${workflow}).`
      : `${name} moves ${tables} from ${source.engine} to ${target.engine} (${workflow}).`,
    cutover.start === 'manual'
      ? `The switch waits for crossfade cutover; writes stop for ${duration(cutover.stallBudgetMs)} at most.`
      : `The switch begins by itself once its gates are green; writes stop for ${duration(cutover.stallBudgetMs)} at most.`,
    `crossfade plan ${file} prints every step. Before the switch, crossfade abort takes all of it back.`,
  ];
};
