/**
 * The plan as it is rehearsed: the same one, with other addresses and without everything that reaches out
 * to people, poolers, programs or services of the real world. What is left out is named; nothing else differs.
 */
import type {Side} from '../model/side.ts';
import type {DatabasePlan, Named, Plan} from '../plan/plan.ts';

export type StandIn = {readonly plan: Plan; readonly leftOut: readonly string[]};

/** They ask the two databases and nobody else. */
const OF_THE_DATABASES: ReadonlySet<string> = new Set([
  'replication-lag',
  'checksum-match',
  'row-count',
  'schema-match',
  'retention',
  'long-transactions',
  'reverse-ready',
  'sql',
]);

/** What is left of `dual-write` where no router reports reads. */
const WITHOUT_READS = 'live-migration';

/** `defaults`: the gates that the workflow has before each phase. */
export function standInFor(
  plan: Plan,
  places: Readonly<Record<Side, DatabasePlan>>,
  defaults: Readonly<Record<string, readonly string[]>>,
): StandIn {
  const {canary, failover, hooks = [], throttle = [], relay, afterSwitch, reads, ...rest} = plan;
  const asked: Readonly<Record<string, readonly Named[]>> = {
    ...Object.fromEntries(Object.entries(defaults).map(([phase, names]) => [phase, names.map((name) => ({name, settings: {}}))])),
    ...plan.gates,
  };
  const gates = Object.entries(asked).map(([phase, list]) => [phase, list.filter(({name}) => OF_THE_DATABASES.has(name))] as const);
  const others = Object.entries(asked).flatMap(([phase, list]) =>
    list.filter(({name}) => !OF_THE_DATABASES.has(name)).map(({name}) => `gate ${name} before ${phase}`),
  );
  return {
    plan: {
      ...rest,
      ...places,
      ...(reads ? {workflow: WITHOUT_READS} : {}),
      relay: {kind: 'in-process'},
      gates: Object.fromEntries(gates),
      switch: [{name: 'router', settings: {}}],
      canary: 'off',
      ...(afterSwitch?.statements ? {afterSwitch: {statements: afterSwitch.statements}} : {}),
      applicationRoles: [],
    },
    leftOut: [
      ...others,
      ...plan.switch.filter(({name}) => name !== 'router').map(({name}) => `switch ${name}`),
      ...(canary === 'off' ? [] : ['the canary']),
      ...(relay.kind === 'in-process' ? [] : [`the relay ${relay.kind}: the log is read directly`]),
      ...(failover ? ['the failover automation'] : []),
      ...(reads ? ['the reads of the application: nobody sends any'] : []),
      ...(hooks.length > 0 ? ['the hooks'] : []),
      ...throttle.map(({name}) => `throttle ${name}`),
      ...(afterSwitch?.watch ?? []).map(({name}) => `the figure ${name}`),
      ...(plan.applicationRoles.length > 0 ? ['the roles of the application'] : []),
    ],
  };
}
