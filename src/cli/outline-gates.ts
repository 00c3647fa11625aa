/** The gates of a phase in words, with the limits in force. */
import {workflows} from '../../workflows/workflows.ts';
import type {Gate} from '../gate/gate.ts';
import {gates} from '../gate/gates.ts';
import {gatesBefore} from '../plan/plan-gates.ts';
import type {Plan} from '../plan/plan.ts';
import type {Workflow} from '../workflow/workflow.ts';
import type {OutlineGate} from './outline.ts';

/** The plan's own, or the workflow's. */
export const gatesOf = (plan: Plan, phase: string): OutlineGate[] => {
  const known: Readonly<Record<string, Workflow>> = workflows;
  return gatesBefore(plan, phase, known[plan.workflow]?.gates(phase) ?? []).map(({name, settings}) => ({
    name,
    limits: limitsOf(name, settings, plan),
    settings,
  }));
};

const limitsOf = (name: string, settings: Readonly<Record<string, unknown>>, {approval}: Plan): string => {
  const members: Readonly<Record<string, Gate>> = gates;
  return (Object.hasOwn(members, name) && members[name]?.limits?.({settings, approval})) || 'as it is set';
};
