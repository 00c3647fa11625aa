/** What `crossfade explain CODE` prints: one page for every code of `model/errors.ts`. */
import type {ErrorCode} from '../model/errors.ts';
import {canaryPages} from './explain-canary.ts';
import {connectionPages} from './explain-connections.ts';
import {environmentPages} from './explain-environment.ts';
import {failoverPages} from './explain-failover.ts';
import {mappingPages} from './explain-mapping.ts';
import {page, type Page} from './explain-page.ts';
import {rehearsalPages} from './explain-rehearsal.ts';
import {parkedPages} from './explain-parked.ts';
import {peoplePages} from './explain-people.ts';
import {readPages} from './explain-reads.ts';
import {relayPages} from './explain-relay.ts';
import {roomPages} from './explain-room.ts';
import {statePages} from './explain-state.ts';
import {surroundingPages} from './explain-surroundings.ts';

export const explainPages = {
  'CF-PLAN-001': page(
    'the plan file is not valid',
    'The file could be read but not understood, or says something that cannot be meant. Every problem is listed with line and column.',
    'While writing a plan, and after an upgrade that renamed a key.',
    "Correct the places named; crossfade validate FILE checks without connecting to anything. The editor's completion comes from crossfade schema.",
  ),
  'CF-PLAN-002': page(
    'the plan was edited while its migration is running',
    'A migration is bound to its plan by checksum. The file now means something else than when the run started.',
    'After a well-meant edit, or when another plan has the same name. Comments and the order of keys do not count.',
    'Put the file back as it was (the differences are printed). If the change is meant: stop the runner, crossfade amend FILE --reason TEXT, crossfade resume; approvals given before are void then. What rows, slots and fences rest on cannot be amended: abort before the cutover and start again with the new plan.',
  ),
  'CF-PLAN-003': page(
    'a secret reference could not be resolved',
    'The plan names an environment variable, file or command that gave nothing. The value itself is never shown.',
    'In a new shell or CI job in which the variable has not been set yet.',
    "Set the variable, fix the file's permissions, or run the command by hand; then repeat.",
  ),
  'CF-PLAN-004': page(
    'no plan file of that name',
    'There is no readable file at the path that was given.',
    'When the command is run from another folder than usual.',
    'Check the path, which is relative to the folder you are in.',
  ),
  'CF-PLAN-005': page(
    'an address is of another engine than the plan says',
    'The plan names an engine for this side, and the address that it refers to begins as those of another one do. Nothing was sent there.',
    'When source and target are exchanged in the plan or in the environment, or a plan was written for another pair of engines.',
    'Correct engine in the plan, or the variable, file or command that the url refers to.',
  ),
  ...connectionPages,
  'CF-SRC-001': page(
    'the log does not carry what a change stream needs',
    'PostgreSQL: wal_level is not logical. MySQL and MariaDB: one of the settings of the binary log, which the finding names.',
    'On any server that has not been set up for it. The target needs it too: the way back reads from there.',
    'PostgreSQL: alter system set wal_level = logical, then restart that server in a quiet hour. MySQL and MariaDB: what the finding says.',
  ),
  'CF-SRC-002': page(
    'no free replication slot or sender',
    'PostgreSQL: all of max_replication_slots or max_wal_senders are taken.',
    'On servers with several replicas, or with slots that nobody uses any more.',
    'Raise both settings (they need a restart), or drop unused slots: select * from pg_replication_slots where not active.',
  ),
  'CF-SRC-003': page(
    'a place for the stream exists already and is not ours',
    'A name this migration needs is taken by something this migration did not make.',
    'After a state folder was deleted in the middle of a migration.',
    'If it is a left-over of your own, drop it by hand; if not, find out whose it is first. Crossfade never drops what it did not make.',
  ),
  'CF-SRC-004': page(
    'the place in the log was lost',
    'The place from which changes are read is gone (the slot of PostgreSQL, the files of the binary log of MySQL and MariaDB), or another server’s log is there, so changes may be missing.',
    'Never. PostgreSQL: when max_slot_wal_keep_size is too small, after a failover to a replica without the slot, or when somebody dropped it. MySQL and MariaDB: when the log was purged (binlog_expire_logs_seconds, PURGE BINARY LOGS, RESET) while the stream still needed it: nothing holds it for us.',
    'Before the cutover: abort and start again, the source serves untouched. After it: the target serves on, but the way back is closed; decide with crossfade status.',
  ),
  'CF-SRC-005': page(
    'the source is another server than when the run started',
    'The server behind the address says another identity than at the start: a restored copy, or a failover to something else.',
    'Never by itself.',
    'Point the address back at the right server. If the old one is gone for good, start a new migration.',
  ),
  'CF-SRC-006': page(
    'transactions that are open hold up the start of the stream',
    'The stream can begin only when every transaction older than it has ended.',
    'With long reports or forgotten sessions; it waits a while by itself.',
    'Let the sessions named in the message end, or end them. PostgreSQL: select pg_terminate_backend(PID). MySQL and MariaDB: KILL ID, and XA RECOVER with XA COMMIT or XA ROLLBACK for what is prepared; a replica that withholds its acknowledgement (semi-synchronous) holds up all commits.',
  ),
  'CF-SCOPE-001': page(
    "no table matches the plan's scope",
    'The patterns under scope.tables meet no table the user may see.',
    'With a typing error, or without usage on the schema.',
    'Write schema.table, with * within one part; check the grants with crossfade doctor.',
  ),
  'CF-SCOPE-002': page(
    'a table has no usable key',
    'Changes are applied by key; without one, rows cannot be told apart.',
    'With log or import tables.',
    'Add a primary key (or, PostgreSQL, choose a unique index as replica identity), or leave the table out with scope.exclude.',
  ),
  'CF-SCOPE-003': page(
    "a table's replica identity does not carry its key",
    'The log would name changed rows by something else than the key that is used to apply them.',
    'After alter table ... replica identity nothing, or using an index that was replaced.',
    'alter table NAME replica identity default, or using index the one that is the key.',
  ),
  'CF-SCOPE-004': page(
    'an object the engine cannot move',
    'The scope contains something that would be left behind silently, so it is refused instead.',
    'PostgreSQL: with foreign tables, large objects, unlogged tables and the like. MySQL and MariaDB: with tables of other storage engines than InnoDB, triggers, and foreign keys that act by themselves.',
    'Exclude it and move it in another way, or change it first; the message names it.',
  ),
  ...mappingPages,
  'CF-TGT-001': page(
    'the target is not empty',
    'A table that is to be filled has rows already, and not from this migration.',
    'After a trial run by other means, or with the wrong target address.',
    'Make sure it is the right database; then empty the tables, or take another database.',
  ),
  'CF-TGT-002': page(
    'the target is older than the source',
    'Moving to an older major version can meet data and features that the older one does not know.',
    'When going back to an earlier version on purpose.',
    'Set allowOlder: true in the plan if that is what you want.',
  ),
  'CF-TGT-003': page(
    'the target was written by somebody else',
    'A row changed on the side that is closed, and neither the copy nor the stream has written it.',
    'Never while the migration owns the target: an application or a job writes to the wrong side.',
    'Find the writer (owners and superusers can bypass the fence). Then crossfade verify --repair, which puts back what was changed and settles the alarm, and crossfade resume. Runbook: docs/runbook/differences.md.',
  ),
  'CF-TGT-004': page(
    'the schema files failed on the target',
    "A statement of the plan's schema files is refused. Files are tried out beforehand, in a transaction that is rolled back; when one fails in earnest, those before it are done and will not be run again.",
    'With missing extensions or roles on the new server.',
    'Correct the file or the server by what the message says, then crossfade resume.',
  ),
  'CF-DDL-001': page(
    "the source's schema changed while the run was going on",
    'A table that is being moved, or the publication that sends its changes, has another definition than at the start, or the scope of the plan names a table that came later: not everything is carried faithfully any more. The message names what differs and, where Crossfade may watch with an event trigger, the statements and who gave them.',
    'When a deployment ran its migrations in the meantime. As an information of doctor and plan: the role is no superuser, so a change is noticed without its statement (docs/runbook/grants.md, on a managed service).',
    'Undo the change if no row has been written since, then crossfade resume; a new table may be dropped or moved out of the scope. A publication that was altered stays altered, also when it is altered back. Else, before the cutover, abort and start again with the new schema. Hold back schema changes until the run is complete.',
  ),
  'CF-DDL-002': page(
    'a table was too busy to be changed without holding up its users',
    'A change needs a lock for a moment. It was asked for many times, each time for a fraction of a second, and other sessions were always in the way.',
    'While a backup, a report or a forgotten transaction is open on that table. On MySQL and MariaDB also while the server is at a statement of a runner that was killed.',
    'Look at the sessions named, end or wait for them, then crossfade resume. Nothing is queued behind us meanwhile.',
  ),
  'CF-DDL-003': page(
    'something still uses what a change in place takes away',
    'A column is to be dropped, and an index, a constraint, a view, a function or a statement of the application still uses it. The message names them; nothing was dropped.',
    'In contract, when the application has not been deployed everywhere, or when an index of the old column has no successor.',
    'Move or drop what is named, then crossfade resume. What may go with the column belongs into goesWith of the operation before the run is started.',
  ),
  'CF-GRANT-001': page(
    'a grant is missing',
    'The user of the plan lacks a right that the migration needs.',
    'At the first try.',
    'crossfade doctor PLAN prints the grants to paste.',
  ),
  'CF-LEASE-001': page(
    'another runner holds the migration',
    'Only one process may work on a migration, wherever it runs. The message says who holds it and since when.',
    'When a colleague or a CI job is running it, or for seconds after a runner was killed.',
    'Use status, events and approve from here; they need no lease. If the other one is gone, its lease ends with its database session; if it hangs, or its machine is cut off: crossfade unlock.',
  ),
  'CF-LEASE-002': page(
    'a newer runner took over',
    'This process was replaced and has stopped; the databases refuse everything it would still write.',
    'After crossfade resume elsewhere, while this one was cut off or asleep.',
    'Nothing here. Follow the other runner with crossfade status.',
  ),
  'CF-APPLY-001': page(
    'the target met a row it should not, or missed one it should have',
    'A change from the stream did not find the target as it must be at that position. The transaction was rolled back.',
    'Never: the target was written by somebody else, or there is a fault in Crossfade.',
    'Look for other writers on that side. Then crossfade verify --repair, which reads the rows that differ again from the open side, and crossfade resume, which alone would stop at the same change. Report it if nobody else writes. Runbook: docs/runbook/differences.md.',
  ),
  'CF-APPLY-002': page(
    'the target refused a row for good',
    'A constraint, type or trigger on the target does not accept a row that the source has.',
    "When the target's schema is stricter than the source's.",
    'Change the constraint on the target, or the row on the source; then crossfade resume. Nothing was skipped. While the target serves, the two sides are exchanged: with reverse.misfits: park in the plan (crossfade amend) such rows are left out of the way back and named instead (docs/runbook/parked-rows.md).',
  ),
  'CF-APPLY-003': page(
    'one value is larger than the plan allows',
    'A row has a value above load.valueMax (128MiB where the plan says nothing). Table, column and key are in the message; nothing of its transaction or chunk was written.',
    'Where documents or files are kept in the database. Every value passes through memory as a text, several times over, so there is a limit.',
    'Raise load.valueMax (at most 240MiB) with crossfade amend where both machines have the memory, four times the value; or take the value out of the row, or the table out of the scope. Then crossfade resume.',
  ),
  ...parkedPages,
  'CF-VERIFY-001': page(
    'the data differ',
    'Both sides were compared at one position and some rows are not the same; keys are listed, values are not.',
    'Never after a copy that went well.',
    'Look at the keys named. crossfade verify compares again; crossfade verify --repair reads them again from the open side and says why each differed. Do not cut over before it is clean. Runbook: docs/runbook/differences.md.',
  ),
  'CF-VERIFY-002': page(
    'the data could not be compared',
    'A comparison was not completed. That is not the same as different, and is never taken for equal.',
    'On rows that change faster than they can be compared, or when a side could not be read. Before a hold: when more rows change than a tenth of the stall budget is enough for; nothing was held, and the message has both paces.',
    'Run crossfade verify again, or cut over, in a quieter hour; the message says what stood in the way. Before a hold, cutover.stallBudget gives it more time: crossfade amend.',
  ),
  'CF-CUT-001': page(
    'the cutover attempt was abandoned; the source serves',
    'Writes could not be drained and switched within the stall budget, so everything was put back. No write was lost.',
    'With long transactions, or a sudden peak. The next attempt starts from a caught-up stream.',
    'See in crossfade events which step took the time; end or shorten long transactions, or raise cutover.stallBudget; then crossfade cutover again.',
  ),
  'CF-SWITCH-001': page(
    'clients will notice the switch',
    'A pooler or proxy cannot lead its clients to the other side without their seeing it. No data are at risk, and no statement is carried out twice.',
    'With PgBouncer 1.26 and later before a cutover to an older major version: it keeps settings that server does not know, so its clients are cut once, while they are held, and connect again. With session pooling always. With HAProxy always: connections to the closing side are cut at the hold, and whether a commit that was cut was carried out its client cannot know.',
    'See that the application opens a new connection after an error, which most pools do by themselves, or choose a quiet hour. Rehearse the way back. Runbook: docs/runbook/pgbouncer.md, docs/runbook/haproxy.md.',
  ),
  ...canaryPages,
  ...failoverPages,
  'CF-CUT-002': page(
    'ownership unknown',
    'It cannot be proved which side takes writes, so Crossfade has stopped and will not guess.',
    'Never.',
    'Do not open either side by hand. Make both databases reachable and run crossfade resume: it decides by the fence rows in the databases alone. If it stops again, keep everything as it is and find out which side the application writes to.',
  ),
  'CF-GATE-001': page(
    'a gate is red',
    'A go/no-go question was answered with no, or could not be measured, which counts as no. The evidence is in the message.',
    'While catching up, and while people have not approved yet.',
    'Wait for the value, or do what the evidence says; crossfade status shows it as it is measured again.',
  ),
  ...peoplePages,
  ...statePages,
  'CF-VERB-001': page(
    'the verb does not fit the state of the run',
    'What was asked for is possible only in another phase. Nothing was recorded.',
    'When the run has moved on in the meantime.',
    'The message names the phase and the verbs that fit; crossfade graph shows the order of the phases.',
  ),
  'CF-VERB-002': page(
    'the reverse window is not over',
    'The plan keeps the way back for a while after a cutover (reverse.window), and complete would end it. Nothing was recorded, or the runner has refused what was. The window begins when the phase reverse-window is first entered after the target was opened; restarts and a way back that was called off do not begin it anew.',
    'Before the moment that the message and crossfade status name.',
    'Wait until then. If the way back is not wanted that long: stop the runner, crossfade amend the plan with a shorter reverse.window, crossfade resume, and crossfade complete. crossfade reverse fits at any time in the window.',
  ),
  'CF-VERB-003': page(
    'the plan gives whoever asks another role',
    'The plan names people (approval.people), and the account or the access token that asked belongs to one of them whose role does not include this verb. Nothing was recorded.',
    'When somebody who looks on tries to steer, or somebody who operates says no to a gate.',
    'Ask somebody whom the message names; or crossfade amend the plan with another role.',
  ),
  'CF-USAGE-001': page(
    'wrong flags or arguments',
    'The command line could not be understood, or needs an answer that no flag gives and nobody is there to ask.',
    'In scripts without a terminal.',
    'Add the flag that the message names; VERB --help lists all.',
  ),
  ...relayPages,
  ...environmentPages,
  ...rehearsalPages,
  ...readPages,
  ...roomPages,
  ...surroundingPages,
} as const satisfies Record<ErrorCode, Page>;
