/** The gates a plan can name, by that name. */
import {applicationRoles} from './application-roles.ts';
import {approval} from './approval.ts';
import {backupVerified} from './backup-verified.ts';
import {checksumMatch} from './checksum-match.ts';
import {diskHeadroom} from './disk-headroom.ts';
import {errorRate} from './error-rate.ts';
import type {Gate} from './gate.ts';
import {longTransactions} from './long-transactions.ts';
import {maintenanceWindow} from './maintenance-window.ts';
import {readsMatch} from './reads-match.ts';
import {rehearsed} from './rehearsed.ts';
import {replicationLag} from './replication-lag.ts';
import {retention} from './retention.ts';
import {reverseReady} from './reverse-ready.ts';
import {rowCount} from './row-count.ts';
import {schemaMatch} from './schema-match.ts';
import {sql} from './sql.ts';
import {webhook} from './webhook.ts';

export const gates = {
  'application-roles': applicationRoles,
  approval,
  'backup-verified': backupVerified,
  'checksum-match': checksumMatch,
  'disk-headroom': diskHeadroom,
  'error-rate': errorRate,
  'long-transactions': longTransactions,
  'maintenance-window': maintenanceWindow,
  'reads-match': readsMatch,
  rehearsed,
  'replication-lag': replicationLag,
  retention,
  'reverse-ready': reverseReady,
  'row-count': rowCount,
  'schema-match': schemaMatch,
  sql,
  webhook,
} satisfies Record<string, Gate>;
