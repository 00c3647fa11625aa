/** Whether the plan's canary can write along every path of the application, and what will not be measured. */
import type {Database, Finding, Grant} from '../engine/engine.ts';
import type {Clock} from '../model/effects.ts';
import {errorText, isCoded} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import {within} from '../model/time-limit.ts';
import {canaryPaths} from '../plan/canary-paths.ts';
import {isInPlace, type Plan} from '../plan/plan.ts';
import type {ApplicationPath} from '../switch/traffic-switch.ts';
import {openPaths} from './compose-canary.ts';

/** A path that takes longer is of no use to an application. */
const ANSWER_MS_MAX = 10_000;

/** What one role of the application needs on one side. */
export type CanaryGrants = {readonly side: Side; readonly role: string; readonly grants: readonly Grant[]};

/** Known from the plan alone. */
export function canaryNotes(plan: Plan): Finding[] {
  if (isInPlace(plan)) return [];
  const {none, router} = canaryPaths(plan);
  const next = 'crossfade explain CF-CANARY-004';
  if (none !== undefined)
    return [
      {severity: 'info', code: 'CF-CANARY-004', object: 'canary', reason: `the stall that users see will not be measured: ${none}`, next},
    ];
  const reason = 'the path is that of an application with crossfade/router, the role is the plan’s own and not the application’s';
  return router?.isOwn ? [{severity: 'info', code: 'CF-CANARY-004', object: 'canary', reason, next}] : [];
}

/** Asks the servers as the application would. */
export async function canaryFindings(
  plan: Plan,
  sides: Readonly<Record<Side, Database>>,
  clock: Clock,
): Promise<{findings: Finding[]; grants: CanaryGrants[]}> {
  if (isInPlace(plan)) return {findings: [], grants: []};
  const paths = await openPaths(plan);
  const findings: Finding[] = canaryNotes(plan);
  const asked = new Map<string, CanaryGrants>();
  for (const path of paths) {
    const roles = await rolesOf(path, clock);
    await path.close();
    if ('code' in roles) {
      findings.push(roles);
      continue;
    }
    for (const side of ['source', 'target'] as const) {
      const role = roles[side];
      const grants = await sides[side].tokens?.grants(role);
      if (grants) asked.set(`${side} ${role}`, {side, role, grants});
      else findings.push(noRole(path, side, role));
    }
  }
  const grants = [...asked.values()];
  return {findings: [...findings, ...grants.flatMap(missing)], grants};
}

async function rolesOf(path: ApplicationPath, clock: Clock): Promise<Readonly<Record<Side, string>> | Finding> {
  try {
    const roles = await within(clock, ANSWER_MS_MAX, path.roles());
    if (roles === 'late') throw new Error(`no answer within ${ANSWER_MS_MAX} ms`);
    return roles;
  } catch (error) {
    const reason = `cannot be used: ${errorText(error)}`;
    const next = (isCoded(error) && error.next) || 'correct the address or the role under canary in the plan';
    return {severity: 'refuse', code: 'CF-CANARY-003', object: path.name, reason, next};
  }
}

const noRole = (path: ApplicationPath, side: Side, role: string): Finding => ({
  severity: 'refuse',
  code: 'CF-CANARY-003',
  object: path.name,
  reason: `uses the role ${role}, which does not exist on the ${side}`,
  next: `create it there with the rights it has on the other side`,
});

/** What the run gives by itself is printed, and stands in nobody's way. */
const missing = ({side, role, grants}: CanaryGrants): Finding[] =>
  grants
    .filter(({isHeld, isOptional}) => !isHeld && !isOptional)
    .map(({statement, why}) => ({
      severity: 'refuse',
      code: 'CF-GRANT-001',
      object: `${role} on the ${side}`,
      reason: `lacks a grant ${why}`,
      next: statement,
    }));
