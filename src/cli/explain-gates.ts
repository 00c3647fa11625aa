/** What `crossfade explain GATE` prints: what each gate measures, when it is red, and what turns it green. */
import type {gates} from '../gate/gates.ts';
import {page, type Page} from './explain-page.ts';

export const gatePages = {
  'replication-lag': page(
    'changes arrive quickly',
    'How long a mark of ours takes from its commit on the side that serves to its commit on the other one. Setting: max (1s).',
    'Red at peaks, and while a large transaction is on its way.',
    'Wait; it is measured twice a second. If it stays: crossfade status says what the stream waits for.',
  ),
  'checksum-match': page(
    'the data were compared, lately, and are equal',
    'The newest complete comparison, and the rows that changed since, which are compared again. Setting: freshness (24h).',
    'Red until the first comparison is done.',
    'crossfade verify compares; rows that differ are named with their keys (docs/runbook/differences.md).',
  ),
  rehearsed: page(
    'the plan was rehearsed, and nothing has changed since',
    'The record of crossfade rehearse: it went forward, back and forward without losing a write, it is signed where the plan knows people, and plan, versions, settings, rights and sizes are what they were. Settings: record, maxAge (30d), factor (2).',
    'Red after an upgrade, a changed setting, an edited plan, or when the source has grown.',
    'crossfade rehearse PLAN again; what has changed is named (docs/rehearsal.md).',
  ),
  'schema-match': page(
    'both catalogues say the same',
    'Indexes, constraints, triggers and privileges of the tables, on both sides.',
    'Red after a change of the schema on one side.',
    'crossfade verify --schema lists all of it; make what is missing.',
  ),
  'row-count': page(
    'every table has as many rows on both sides',
    'Counted on one side, then on the other when the stream has come so far; a pair that differs is counted again. It reads every table whole, and says nothing about what rows hold. Setting: every (5m).',
    'Could not be measured while rows come and go faster than they are counted: checksum-match has no such limit.',
    'crossfade verify names the rows that are missing or too many.',
  ),
  'application-roles': page(
    'the application may do on the target what it may do on the source',
    'The roles of the plan, with their privileges on the tables.',
    'Red until the grants are made on the target.',
    'crossfade doctor PLAN lists what is missing.',
  ),
  'disk-headroom': page(
    'the target has room for what is still to be copied',
    'Tables, indexes, sorting and log beside what is free.',
    'Could not be measured where no server tells its disk.',
    'Make room, or write target.disk: SIZE (docs/runbook/retention.md).',
  ),
  retention: page(
    'the log lasts',
    'How long the log that is kept for the streams, and the disks of both sides, last at the pace of now. The limit is retention.margin of the plan.',
    'Red during a long pause, or beside heavy writes.',
    'docs/runbook/retention.md.',
  ),
  'long-transactions': page(
    'nobody holds a table for long',
    'Transactions of others that have written to one of the tables, on the side that serves: a fence would have to wait for them, and the application with it. Setting: max (5s).',
    'Red beside batch jobs, migrations of the schema and forgotten sessions. Could not be measured where the role is not shown their age.',
    'Wait for their end, or end them; they are named with their process. cutover.onBlockers: terminate ends those that come later.',
  ),
  'reads-match': page(
    'the target answers reads as the source does',
    'What routers have reported since the route last changed: no read with another answer on the target, reads.shadow.equal compared equal or reads.shift.answered answered by the target, and of so many no more failed than reads.failuresMax.',
    'Red after a route was written, until there are enough reads, and after a difference, which brings all reads back to the source.',
    'crossfade events shows the statement (CF-READ-001). When its cause is settled the gate turns green by itself: a share of the reads is still compared.',
  ),
  'reverse-ready': page(
    'there is a way back',
    'Before the cutover: whether the target’s server could send its changes, and both roles hold what the way back needs. After it: whether the reverse stream runs and has nothing left to read again.',
    'Red with a target whose log was not set up for it, or whose grants were taken back.',
    'What it names is what crossfade doctor PLAN asks for.',
  ),
  'maintenance-window': page(
    'the wall clock says so',
    'Settings: from and to (02:00), zone (Europe/Berlin; daylight saving moves the window with the people), days (mon to sun, all unless said). A window over midnight belongs to the day it begins on. The cutover may end after it.',
    'Red outside of it.',
    'Wait, or amend the plan: crossfade amend.',
  ),
  sql: page(
    'a business check in SQL',
    'Settings: query (read-only; one statement), on (target, source or both), expect (the only value, as text), name, every (10s), timeout (30s). Without expect the query names what is wrong, and any row is red; on: both asks both sides and wants the same rows in the same order. Values of a query that expects one, or asks both, stand in the journal: ask for counts and sums. On: both between two products, write the values as text yourself.',
    'Red for as long as the query says so; it may differ for the length of the lag where rows change all the time.',
    'Run the query by hand; crossfade plan shows the limit in force. docs/runbook/gates.md.',
  ),
  webhook: page(
    'a service of yours says yes',
    'POST with the facts as JSON; 2xx is go, unless the answer is {"go": false, "reason": TEXT}; anything else, a redirect and silence are no-go. Settings: url, secret (both references; the body is signed with HMAC-SHA256 in X-Crossfade-Signature), name, every (30s), timeout (10s).',
    'Red as long as the service says no.',
    'Ask the service’s owner; the evidence has its status and reason. docs/runbook/gates.md.',
  ),
  'error-rate': page(
    'monitoring sees no more errors than allowed',
    'The only sample of a Prometheus query (prometheus, query), or the number that an address answers (url). Settings: max, token (a reference), name, every (5s), timeout (10s).',
    'Could not be measured where the query has no sample or NaN, as a rate over no requests: add "or vector(0)" if silence is fine.',
    'Try the query in Prometheus; the evidence has the value and the limit. docs/runbook/gates.md.',
  ),
  'backup-verified': page(
    'a backup was restored and found whole',
    'A program of yours restores the newest backup into a scratch server and prints rows and checksum of each table, as they were and as they came back; the gate compares. Settings: run, tables, freshness (24h), timeout (6h). A green answer holds until the backup is too old; a red one is asked again after five minutes, a program that failed after half a minute.',
    'Red until the first restore is done.',
    'Run the program by hand with CROSSFADE_TABLES set; examples/backup-verified has worked ones.',
  ),
  approval: page(
    'enough people have said yes',
    'Approvals of this plan and of what was measured, that are not too old, not from whoever started the run, and signed where the plan names people. Settings: quorum, starterMay, expires; what is left out stands under approval in the plan.',
    'Red until somebody approves, after an approval has expired, and after the plan was amended or a check turned red.',
    'crossfade approve approval --reason TEXT; crossfade reject approval pauses the run instead. docs/runbook/approvals.md.',
  ),
} satisfies Record<keyof typeof gates, Page>;
