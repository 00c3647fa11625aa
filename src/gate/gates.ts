/** The gates a plan can name, by that name. */
import {approval} from './approval.ts';
import {checksumMatch} from './checksum-match.ts';
import type {Gate} from './gate.ts';
import {replicationLag} from './replication-lag.ts';
import {schemaMatch} from './schema-match.ts';

export const gates = {
  approval,
  'checksum-match': checksumMatch,
  'replication-lag': replicationLag,
  'schema-match': schemaMatch,
} satisfies Record<string, Gate>;
