/** The phases that only a plan has which moves the reads before the writes. Routers are told by the route; nothing of it locks. */
import {gatesOf} from './outline-gates.ts';
import {type OutlinePhase, step} from './outline.ts';
import type {PlanFacts} from './plan-facts.ts';

export const dualOnPhases = async ({plan}: PlanFacts): Promise<readonly OutlinePhase[]> =>
  plan.reads
    ? [
        {
          phase: 'dual-on',
          gates: gatesOf(plan, 'dual-on'),
          steps: [
            await step(
              'let-routers-report',
              `let ${plan.applicationRoles.join(', ')} say in crossfade.read_report what became of its reads`,
            ),
            await step('dual-on', `every write of a router raises its token in ${plan.reads.outbox}, in its own transaction`),
          ],
        },
      ]
    : [];

export const readPhases = async ({plan}: PlanFacts): Promise<readonly OutlinePhase[]> => {
  const {reads} = plan;
  if (!reads) return [];
  const {shadow, shift} = reads;
  return [
    {
      phase: 'shadow-reads',
      gates: gatesOf(plan, 'shadow-reads'),
      steps: [
        await step(
          'shadow-reads',
          `try ${shadow.percent} % of the reads on both sides until ${shadow.equal} had the same answer; one that has not stops the run`,
        ),
      ],
    },
    {
      phase: 'shift-reads',
      gates: gatesOf(plan, 'shift-reads'),
      steps: [
        await step(
          'shift-reads',
          `let the target answer ${shift.steps.join(', ')} % of the reads, ${shift.answered} at each share; a difference, or more than ${reads.failuresMax} errors, brings all of them back`,
        ),
      ],
    },
  ];
};

export const dualOffPhases = async ({plan}: PlanFacts): Promise<readonly OutlinePhase[]> =>
  plan.reads
    ? [{phase: 'dual-off', gates: gatesOf(plan, 'dual-off'), steps: [await step('dual-off', 'writes leave no more tokens in the outbox')]}]
    : [];
