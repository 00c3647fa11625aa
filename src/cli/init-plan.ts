/** The plan that `init` writes: what was answered, and beside it the words that explain it. */
import type {Answers} from './init-answers.ts';

export const planText = ({name, source, target, tables, schema, switch: router, gates}: Answers): string => `\
# yaml-language-server: $schema=plan.schema.json
#
# Moves a database while it is in use. In order: crossfade validate, doctor, plan, run; all of them take this file.
name: ${name}
workflow: live-migration

# Addresses are references, because passwords do not belong into files like this: env:NAME, file:/absolute/path or
# exec:command. TLS is on and verified wherever the address leaves the machine.
source: { engine: postgres, url: ${scalar(source)} }
target: { engine: postgres, url: ${scalar(target)} }

# ${SCHEMA_WORDS[schema] ?? ''}
schema: ${SCHEMA_TEXT[schema] ?? `{ kind: ${scalar(schema)} }`}

# schema.table, where * stands for any characters within one part.
scope:
  tables: [${tables.map(scalar).join(', ')}]
  exclude: []

# What must be green before the traffic moves, in this order. An approval is somebody else's than yours, unless
# starterMay says otherwise.
gates:
  cutover:${gates.length > 0 ? gates.map((gate) => `\n    - ${scalar(gate)}`).join('') : ' []'}
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

const SCHEMA_WORDS: Readonly<Record<string, string>> = {
  catalog: "The target's tables are made from the source's catalogue; crossfade plan shows the statements.",
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
