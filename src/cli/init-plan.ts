/** The plan that `init` writes: what was answered, and beside it the words that explain it. */
import type {Answers} from './init-answers.ts';

/** What only some plans have. */
export type Parts = {
  /** Changes go through Kafka. */
  readonly kafka?: boolean;
  /** schema.table of the application's outbox: its reads move before its writes. */
  readonly outbox?: string;
};

export const planText = (
  {name, source, from, target, to, tables, schema, switch: router, gates}: Answers,
  {kafka, outbox}: Parts = {},
): string => `\
# yaml-language-server: $schema=plan.schema.json
#
# Moves a database while it is in use. In order: crossfade validate, doctor, plan, run; all of them take this file.
name: ${name}
workflow: ${outbox === undefined ? 'live-migration' : 'dual-write'}

# Addresses are references, because passwords do not belong into files like this: env:NAME, file:/absolute/path or
# exec:command. TLS is on and verified wherever the address leaves the machine.
source: { engine: ${from}, url: ${scalar(source)} }
target: { engine: ${to}, url: ${scalar(target)} }

# ${SCHEMA_WORDS[schema] ?? ''}
schema: ${SCHEMA_TEXT[schema] ?? `{ kind: ${scalar(schema)} }`}

# schema.table, where * stands for any characters within one part.
scope:
  tables: [${tables.map(scalar).join(', ')}]
  exclude: []
${kafka ? KAFKA_TEXT : ''}${outbox === undefined ? '' : readsText(outbox)}
# What must be green before the traffic moves, in this order. An approval is somebody else's than yours, unless
# starterMay says otherwise.
gates:
  cutover:${gateLines(outbox === undefined || gates.includes('reads-match') ? gates : [...gates, 'reads-match'])}
approval: { quorum: 1, starterMay: false, expires: 24h }

# ${SWITCH_WORDS[router] ?? ''}
switch:
${SWITCH_TEXT[router] ?? `  - ${scalar(router)}`}

# Nothing moves before \`crossfade cutover\`. Writes are held for so long at most; an attempt that needs more is called
# off, and the source goes on serving.
cutover: { start: manual, stallBudget: 5s }

# How long \`crossfade reverse\` can move the traffic back without losing a write.
reverse: { window: 7d }
`;

const KAFKA_TEXT = `
# Debezium in Kafka Connect reads the source, and a topic keeps what it sends. Correct the addresses; docs/kafka.md says
# what brokers and workers need.
relay:
  kind: kafka
  brokers: [localhost:9092]
  connect: http://localhost:8083
  # Where the workers look the source's password up; without it the connector's settings hold it.
  # password: \${file:/path/on/the/workers:password}
  retention: 7d
  replicas: 3
`;

const gateLines = (gates: readonly string[]): string =>
  gates.length > 0 ? gates.map((gate) => `\n    - ${scalar(gate)}`).join('') : ' []';

const readsText = (outbox: string): string => `
# The application uses crossfade/router, and each of its writes raises one row of its own table, the outbox
# (docs/dual-write.md). Correct the role: it may report what became of the application's reads.
applicationRoles: [app]
reads:
  outbox: ${scalar(outbox)}
  # One read in ten is tried on both sides, until a thousand had the same answer.
  shadow: { percent: 10, equal: 1000 }
  # Then the target answers 1 % of the reads until it has answered a thousand, then 10 %, and so on.
  shift: { steps: [1, 10, 50, 100], answered: 1000 }
  failuresMax: 10
`;

const SCHEMA_WORDS: Readonly<Record<string, string>> = {
  catalog: "The target's tables are made from the source's catalogue; crossfade plan shows the statements.",
  convert:
    "The target's tables are the source's, converted for its engine; crossfade plan shows the statements, crossfade assess every type.",
  files: 'Two SQL files of yours, relative to this one: tables and primary keys before the copy, everything else after it.',
  existing: 'The target has the tables already, empty.',
  pg_dump: "The target's tables come from pg_dump, which has to be installed here.",
};

const SCHEMA_TEXT: Readonly<Record<string, string>> = {files: '{ kind: files, preData: pre.sql, postData: post.sql }'};

const SWITCH_WORDS: Readonly<Record<string, string>> = {
  router: 'The application asks crossfade/router where to go.',
  pgbouncer: 'The application connects through PgBouncer. Correct the three values below.',
  haproxy: 'The application connects through HAProxy (TCP). Correct the names below; docs/runbook/haproxy.md has its file.',
  command: 'A program of yours moves the traffic; it is called with what it has to do. Correct its path below.',
};

const SWITCH_TEXT: Readonly<Record<string, string>> = {
  pgbouncer: '  - pgbouncer: { admin: env:PGBOUNCER_ADMIN_URL, database: app, config: /etc/pgbouncer/pgbouncer.ini }',
  haproxy: '  - haproxy: { socket: /run/haproxy/admin.sock, backend: app, source: old, target: new, hold: hold }',
  command: '  - command: { run: [./switch-traffic.sh] }',
};

/** Plain where YAML cannot take it for anything else. */
const scalar = (text: string): string => (/^[A-Za-z][\w:./*@-]*$/.test(text) && !text.endsWith(':') ? text : JSON.stringify(text));
