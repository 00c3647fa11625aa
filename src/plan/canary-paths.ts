import {isOneProtocol} from './application-protocol.ts';
import type {Plan, SecretReference} from './plan.ts';

/** Along which ways of the application a plan's canary writes, as references to addresses. */
export type CanaryPaths = {
  /** Of poolers and proxies. */
  readonly paths: readonly SecretReference[];
  /** `isOwn`: the plan's own addresses, because it names none of the application. */
  readonly router: {readonly source: SecretReference; readonly target: SecretReference; readonly isOwn: boolean} | undefined;
  /** Why there is nothing; undefined where there is something. */
  readonly none: string | undefined;
};

export const canaryPaths = ({
  canary,
  switch: switches,
  source,
  target,
}: Pick<Plan, 'canary' | 'switch' | 'source' | 'target'>): CanaryPaths => {
  if (canary === 'off') return {paths: [], router: undefined, none: 'the plan says canary: off'};
  const hasRouter = switches.some(({name}) => name === 'router');
  const paths = canary?.paths ?? [];
  const without = isOneProtocol({source, target}) ? 'the plan names no path of the application' : TWO_PROTOCOLS;
  const none = hasRouter || paths.length > 0 ? undefined : without;
  return {paths, router: hasRouter ? routerOf(canary, source.url, target.url) : undefined, none};
};

/** Applications change their driver together with the address. */
export const TWO_PROTOCOLS = 'one address cannot lead to two engines, so only an application with the router can be followed';

const routerOf = (canary: Exclude<Plan['canary'], 'off'>, source: SecretReference, target: SecretReference): CanaryPaths['router'] =>
  canary?.source && canary.target ? {source: canary.source, target: canary.target, isOwn: false} : {source, target, isOwn: true};
