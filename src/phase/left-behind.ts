/**
 * Clients that were left behind: sessions of the plan's application roles on the side that is closed. The fence refuses what
 * they write, and a server does not count what it refused, so they are counted themselves, for people and their alerts.
 */
import type {PhaseContext} from './phase.ts';

export const LOOK_EVERY_MS = 10_000;

type Watching = Pick<PhaseContext, 'plan' | 'telemetry' | 'clock'> & {
  readonly source: {readonly clients: Pick<PhaseContext['source']['clients'], 'sessions'>};
};

/** While the target serves, until `signal`. Where nobody can tell, nothing is told. */
export const watchLeftBehind = async ({plan, source, telemetry, clock}: Watching, signal: AbortSignal): Promise<void> => {
  const roles = plan.plan.applicationRoles;
  while (roles.length > 0 && !signal.aborted) {
    const left = await source.clients.sessions(roles).catch(() => undefined); // a lost connection that matters is met elsewhere
    if (!signal.aborted) telemetry.leftBehind(left?.reduce((sum, {sessions}) => sum + sessions, 0));
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
};
