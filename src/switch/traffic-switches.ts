import {command} from './command.ts';
import {haproxy} from './haproxy.ts';
import {pgbouncer} from './pgbouncer.ts';
import {router} from './router.ts';
import type {SwitchFactory} from './traffic-switch.ts';

/** The switches a plan may name. */
export const trafficSwitches = {router, pgbouncer, haproxy, command} satisfies Record<string, SwitchFactory>;
