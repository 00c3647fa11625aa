/** Which gates are asked before a phase. */
import type {Named, Plan} from './plan.ts';

/** Looked at before the cutover whenever the plan names roles, whatever gates it lists: they would stop the application. */
const ROLES_GATE = 'application-roles';

/** The plan's own, or else the workflow's. */
export const gatesBefore = (
  {gates, applicationRoles}: Pick<Plan, 'gates' | 'applicationRoles'>,
  phase: string,
  defaults: readonly string[],
): readonly Named[] => {
  const listed = gates[phase] ?? defaults.map((name) => ({name, settings: {}}));
  const isListed = listed.some(({name}) => name === ROLES_GATE);
  return phase === 'cutover' && applicationRoles.length > 0 && !isListed ? [{name: ROLES_GATE, settings: {}}, ...listed] : listed;
};
