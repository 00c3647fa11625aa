/** What a person at a terminal is asked before a run begins. Without a terminal nobody is: scripts have meant what they say. */
import {duration} from '../model/amounts.ts';
import {isInPlace, type PinnedPlan} from '../plan/plan.ts';
import type {Invocation} from './command.ts';
import {confirmed} from './prompt.ts';

export function mayBegin({plan, file}: PinnedPlan, {global, prompt, output}: Invocation): Promise<boolean> {
  if (!prompt.canAsk && global.confirm === undefined) return Promise.resolve(true);
  return confirmed({severity: 'moderate', planName: plan.name, consequences: beginning(plan, file)}, global, prompt, output);
}

const beginning = (plan: PinnedPlan['plan'], file: string): readonly string[] => {
  const {name, workflow, source, target, scope, cutover} = plan;
  const steps = `crossfade plan ${file} prints every step.`;
  if (isInPlace(plan))
    return [
      `${name} changes one database where it is, on ${source.engine} (${workflow}).`,
      `${steps} Until contract, which waits for an approval, crossfade abort takes all of it back.`,
    ];
  const begins = cutover.start === 'manual' ? 'waits for crossfade cutover' : 'begins by itself once its gates are green';
  return [
    `${name} moves ${scope.tables.join(', ')} from ${source.engine} to ${target.engine} (${workflow}).`,
    `The switch ${begins}; writes stop for ${duration(cutover.stallBudgetMs)} at most.`,
    `${steps} Before the switch, crossfade abort takes all of it back.`,
  ];
};
