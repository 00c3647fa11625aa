/**
 * The words a plan may use for things that are files elsewhere: a gate is a file of `src/gate`, an engine a folder of
 * `src/engine`. `plan` may not look into those folders, so whoever composes them passes the names; the defaults are
 * exactly what ships, and a test compares them with the lists: a gate that a plan may name but nobody can ask would stop a
 * run only in front of its cutover.
 */
export type Vocabulary = {
  readonly engines: readonly string[];
  readonly workflows: readonly string[];
  /** Those of them that change one database where it is. */
  readonly inPlace: readonly string[];
  /** Those that move an application's reads before its writes. */
  readonly readsFirst: readonly string[];
  /** Phases of all workflows: the keys that may stand under `gates:`. */
  readonly phases: readonly string[];
  readonly gates: readonly string[];
  readonly switches: readonly string[];
  readonly throttles: readonly string[];
};

export const SHIPPED: Vocabulary = {
  engines: ['postgres', 'mysql', 'mariadb'],
  workflows: ['live-migration', 'expand-contract', 'dual-write'],
  inPlace: ['expand-contract'],
  readsFirst: ['dual-write'],
  phases: [
    'assess',
    'prepare-target',
    'initial-load',
    'catch-up',
    'verify-data',
    'cutover',
    'reverse-window',
    'reverse-cutover',
    'decommission',
    'expand',
    'sync',
    'backfill',
    'verify-expansion',
    'switch-reads',
    'contract',
    'dual-on',
    'shadow-reads',
    'shift-reads',
    'dual-off',
  ],
  gates: [
    'replication-lag',
    'checksum-match',
    'schema-match',
    'row-count',
    'application-roles',
    'disk-headroom',
    'retention',
    'long-transactions',
    'reverse-ready',
    'maintenance-window',
    'sql',
    'webhook',
    'error-rate',
    'backup-verified',
    'reads-match',
    'rehearsed',
    'approval',
  ],
  switches: ['router', 'pgbouncer', 'haproxy', 'command'],
  throttles: ['replica-lag', 'connection-load', 'statement-latency', 'sql', 'http', 'schedule'],
};
