/** The throttles that a plan may name. */
import {connectionLoad} from './connection-load.ts';
import {http} from './http.ts';
import {replicaLag} from './replica-lag.ts';
import {schedule} from './schedule.ts';
import {sql} from './sql.ts';
import {statementLatency} from './statement-latency.ts';
import type {Gauged} from './throttle.ts';

export const throttles = {
  'replica-lag': replicaLag,
  'connection-load': connectionLoad,
  'statement-latency': statementLatency,
  sql,
  http,
  schedule,
} satisfies Record<string, Gauged>;
