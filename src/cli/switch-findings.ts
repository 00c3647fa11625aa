/** What the plan's switches will do to clients, in both directions, and whether they can be asked at all. */
import type {Finding} from '../engine/engine.ts';
import {isCoded} from '../model/errors.ts';
import type {TrafficSwitch} from '../switch/traffic-switch.ts';

export async function switchFindings(switches: readonly TrafficSwitch[]): Promise<Finding[]> {
  return (await Promise.all(switches.map(findingsOf))).flat();
}

async function findingsOf(one: TrafficSwitch): Promise<Finding[]> {
  try {
    const foreseen = [...((await one.foresee?.('target')) ?? []), ...((await one.foresee?.('source')) ?? [])];
    return foreseen.map((reason) => ({
      severity: 'warn',
      code: 'CF-SWITCH-001',
      object: `switch ${one.name}`,
      reason,
      next: 'see that the application connects again after an error',
    }));
  } catch (error) {
    if (!isCoded(error)) throw error;
    return [
      {
        severity: 'refuse',
        code: error.code,
        object: `switch ${one.name}`,
        reason: error.message,
        next: error.next ?? `crossfade explain ${error.code}`,
      },
    ];
  }
}
