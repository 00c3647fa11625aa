import {command} from './command.ts';
import {pgbouncer} from './pgbouncer.ts';
import {router} from './router.ts';
import type {SwitchFactory} from './traffic-switch.ts';

/** The switches a plan may name. */
export const trafficSwitches = {router, pgbouncer, command} satisfies Record<string, SwitchFactory>;
