/**
 * The roles that the application connects as, on both sides (H-100, hazards §2g): they are there, they may do on the
 * target what they may do on the source, and the fence is not theirs to take down. Asked by assess and doctor, and by
 * the gate before the cutover; after it, whoever of them is still connected to the closed side is counted.
 */
import {SOME_COLUMNS, type ClientSessions, type Database, type Finding, type RoleRights, type TableRights} from '../engine/engine.ts';
import {nameOf, type Table, type TableName} from '../model/table.ts';
import type {MigrationMapping} from '../mapping/mapping.ts';
import type {Plan} from '../plan/plan.ts';
import type {PhaseContext} from './phase.ts';
import type {Roles} from './roles.ts';
import {errorText} from '../model/errors.ts';

type Sides = {
  readonly source: Database;
  readonly target: Database;
  readonly plan: Pick<Plan, 'applicationRoles' | 'switch'>;
  /** Of the source. */
  readonly tables: readonly Table[];
  readonly mapping: Pick<MigrationMapping, 'targetName'>;
};

/** `due`: what is missing on the target can still be granted until the cutover, and stands in its way then. */
export const applicationRoleFindings = async (sides: Sides, due: 'later' | 'now'): Promise<Finding[]> => {
  const {source, target, plan, tables, mapping} = sides;
  const names = plan.applicationRoles;
  if (!names.length) return [];
  const [from, to] = await Promise.all([
    source.clients.rights(names, tables),
    target.clients.rights(
      names,
      tables.map((table) => ({...table, name: mapping.targetName(table.name)})),
    ),
  ]);
  return names.flatMap((name) => {
    const pair = {name, from: from.find(({role}) => role === name), to: to.find(({role}) => role === name)};
    return [
      ...presence(pair, due),
      ...powers(pair),
      ...differences(pair, (table) => mapping.targetName(table), due),
      ...(plan.switch.some((one) => one.name === 'router') ? routes(pair, due) : []),
    ];
  });
};

/** For the gate: one sentence each. */
export const refusalsOf = (findings: readonly Finding[]): string[] =>
  findings.filter(({severity}) => severity === 'refuse').map(({object, reason}) => `${object} ${reason}`);

type Pair = {readonly name: string; readonly from: RoleRights | undefined; readonly to: RoleRights | undefined};

const finding = (severity: Finding['severity'], role: string, reason: string, next: string): Finding => ({
  severity,
  code: 'CF-GRANT-001',
  object: `application role ${role}`,
  reason,
  next,
});

const severityOf = (due: 'later' | 'now'): Finding['severity'] => (due === 'now' ? 'refuse' : 'warn');

const presence = ({name, from, to}: Pair, due: 'later' | 'now'): Finding[] => [
  ...(from ? [] : [finding('refuse', name, 'does not exist on the source', 'correct applicationRoles in the plan')]),
  ...(to
    ? []
    : [finding(severityOf(due), name, 'does not exist on the target', `CREATE ROLE there, with the grants that it has on the source`)]),
  ...(from?.mayLogIn && to && !to.mayLogIn
    ? [finding(severityOf(due), name, 'may not log in on the target', `ALTER ROLE ${quoted(name)} LOGIN;`)]
    : []),
  ...(from?.mayConnect && to && !to.mayConnect
    ? [finding(severityOf(due), name, "may not connect to the target's database", `GRANT CONNECT ON DATABASE … TO ${quoted(name)};`)]
    : []),
];

/** The fence is a trigger: it stops a superuser and an owner as well, and they alone may take it down. */
const powers = ({name, from, to}: Pair): Finding[] =>
  (['source', 'target'] as const).flatMap((side) => {
    const rights = {source: from, target: to}[side];
    if (!rights) return [];
    if (rights.isSuperuser)
      return [
        finding('refuse', name, `is a superuser on the ${side}, who may take the fence down`, 'give the application a role of its own'),
      ];
    const owned = rights.tables.filter(({isOwner}) => isOwner).map(({table}) => nameOf(table));
    return [
      ...(owned.length
        ? [
            finding(
              'warn',
              name,
              `owns ${listed(owned)} on the ${side}, itself or through a group, and may take the fence down`,
              'give these tables another owner',
            ),
          ]
        : []),
      ...(rights.mayMakeRoles
        ? [
            finding(
              'warn',
              name,
              `may make roles on the ${side}, and so may give itself rights that it does not have`,
              `ALTER ROLE ${quoted(name)} NOCREATEROLE;`,
            ),
          ]
        : []),
      ...(rights.mayBypassRowSecurity
        ? [finding('warn', name, `passes over row-level security on the ${side}`, `ALTER ROLE ${quoted(name)} NOBYPASSRLS;`)]
        : []),
    ];
  });

/** A router that may not read where it leads to stays where it is. */
const routes = ({name, from, to}: Pair, due: 'later' | 'now'): Finding[] =>
  (['source', 'target'] as const).flatMap((side) => {
    const grant = {source: from, target: to}[side]?.routeGrant;
    if (grant === undefined) return [];
    const next = due === 'now' ? `grant it there: ${grant}` : `grant it there when prepare-target is done, before the cutover: ${grant}`;
    return [finding(severityOf(due), name, `may not read the route on the ${side}, so a router of its would not follow it`, next)];
  });

/** Of the target's tables those that exist already. */
const differences = ({name, from, to}: Pair, targetName: (table: TableName) => TableName, due: 'later' | 'now'): Finding[] => {
  const onTarget = new Map(to?.tables.map((one) => [nameOf(one.table), one]));
  return (from?.tables ?? []).flatMap(({table, privileges}) => {
    const target = nameOf(targetName(table));
    const there = onTarget.get(target);
    const missing = there ? privileges.filter((one) => !holds(there, one)) : [];
    if (!missing.length) return [];
    return [
      finding(
        severityOf(due),
        name,
        `lacks on the target what it has on the source: ${missing.join(', ')} on ${target}`,
        `grant it there: ${grants(missing, target, name)}`,
      ),
    ];
  });
};

const holds = ({privileges}: TableRights, wanted: string): boolean =>
  privileges.includes(wanted) || (wanted.endsWith(SOME_COLUMNS) && privileges.includes(wanted.slice(0, -SOME_COLUMNS.length)));

const WORD = /^[A-Z]+$/;

const grants = (missing: readonly string[], table: string, role: string): string => {
  const whole = missing.filter((one) => WORD.test(one));
  const rest = missing.filter((one) => !WORD.test(one));
  return [...(whole.length ? [`GRANT ${whole.join(', ')} ON ${table} TO ${quoted(role)};`] : []), ...rest].join(' and ');
};

const quoted = (role: string): string => `"${role.replaceAll('"', '""')}"`;

const LISTED_MAX = 5;
const listed = (names: readonly string[]): string =>
  names.length > LISTED_MAX ? `${names.slice(0, LISTED_MAX).join(', ')} and ${names.length - LISTED_MAX} more tables` : names.join(', ');

/** C12. Whatever they send there is refused; they are named, so that somebody points them to the open side. */
export const leftOnClosedSide = async (context: PhaseContext, roles: Roles): Promise<readonly ClientSessions[] | string> => {
  const names = context.plan.plan.applicationRoles;
  if (!names.length) return [];
  try {
    const left = await roles.closing.clients.sessions(names);
    for (const {role, application, sessions} of left)
      context.telemetry.note(
        `${sessions} session${sessions === 1 ? '' : 's'} of ${role}${application && ` (${application})`} still connected to the ${roles.closingSide}, which is closed`,
      );
    return left;
  } catch (error) {
    return `could not be counted: ${errorText(error)}`; // evidence only; the decision stands
  }
};
