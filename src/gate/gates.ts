/** The gates a plan can name, by that name. */
import {applicationRoles} from './application-roles.ts';
import {approval} from './approval.ts';
import {checksumMatch} from './checksum-match.ts';
import {diskHeadroom} from './disk-headroom.ts';
import type {Gate} from './gate.ts';
import {replicationLag} from './replication-lag.ts';
import {retention} from './retention.ts';
import {schemaMatch} from './schema-match.ts';

export const gates = {
  'application-roles': applicationRoles,
  approval,
  'checksum-match': checksumMatch,
  'disk-headroom': diskHeadroom,
  'replication-lag': replicationLag,
  retention,
  'schema-match': schemaMatch,
} satisfies Record<string, Gate>;
