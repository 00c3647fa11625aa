/** What `crossfade explain STEP` prints: one page for every step of the journal, and for the acts that go on beside them. */
import {cutoverStepPages} from './explain-cutover-steps.ts';
import {failoverStepPages} from './explain-failover.ts';
import {page, type Page} from './explain-page.ts';
import {readStepPages} from './explain-reads.ts';

/** In the order in which a run meets them. Steps of operations are named by their verb. */
export const stepPages = {
  install: page(
    'Crossfade’s own schema is made',
    'The schema crossfade with its tables and what the fence needs, once per database (on MySQL and MariaDB per server), shared by all migrations.',
    'At the start of every runner; nothing is sent where it is there already.',
    'Nothing. The last migration that leaves removes it.',
  ),
  lease: page(
    'one runner at a time',
    'A lock with the migration’s name on every side, held as long as the runner lives, and a new epoch; sessions of an earlier runner are ended.',
    'At the start of every runner.',
    'When it is refused, another runner is at work: crossfade status names it.',
  ),
  'look-at-both-sides': page(
    'both sides are looked at',
    'Versions, settings, grants, keys and the schema are compared; a schema that is not there yet is tried out on the target, files too, and rolled back.',
    'Always; nothing is changed by it.',
    'Settle what it refuses; crossfade doctor asks the same.',
  ),
  'check-empty': page(
    'the target’s tables are empty',
    'Rows that stand there already would be mixed with the copy.',
    'Always, before anything is made.',
    'Empty the tables it names, or take another database.',
  ),
  'check-room': page(
    'the target has room',
    'The tables with their indexes as they are on the source, sorting the largest index, and the log, beside what is free on the target.',
    'Always, and again by whoever goes on with the phase: somebody else may have filled the disk meanwhile.',
    'Make room, or say how much there is with target.disk: SIZE in the plan; crossfade explain CF-DISK-001.',
  ),
  'schema-pre-data': page(
    'tables and keys on the target',
    'Types, tables and primary keys are created on the target, statement by statement, each once.',
    'Always but with schema: existing.',
    'A statement that fails is named with its line: correct it, then crossfade resume.',
  ),
  'check-columns': page(
    'the target takes what the source has',
    'Every table and column of the mapping is looked for on the target.',
    'Always.',
    'Correct the schema file or the mapping; everything that does not fit is said at once.',
  ),
  'set-aside': page(
    'what the copy cannot bear is set aside',
    'Unique indexes, foreign keys, checks and triggers on the target are dropped until the tables are complete; how to put them back is stored first.',
    'With schema: existing, and when a schema file made them too early.',
    'Nothing: they are built again after the copy, and by abort.',
  ),
  'close-target': page(
    'the target is closed from the start',
    'Triggers on every table of the target refuse all writers but Crossfade’s own.',
    'Always.',
    'Nothing. The target opens with the cutover.',
  ),
  'route-source': page('the source serves', 'One row in crossfade.route on both sides tells routers where to go.', 'Always.', 'Nothing.'),
  'start-stream': page(
    'the change stream begins',
    'PostgreSQL: a publication of the tables and a logical slot on the source; making the slot waits for every transaction that is open on that server. MySQL and MariaDB: the place in the binary log is noted, and a commit of our own behind it waits for those that stand in the log already.',
    'It takes as long as what it waits for; beyond the limit the transactions are named.',
    'End the transactions that are named. From here on PostgreSQL keeps its log: watch its disk. MySQL and MariaDB keep theirs by their own settings: binlog_expire_logs_seconds has to be longer than any pause.',
  ),
  'plan-chunks': page(
    'tables are cut into ranges',
    'The bounds of the ranges are read off the key’s index, once, and stored.',
    'Always; a small table is one range.',
    'Nothing.',
  ),
  'copy-chunks': page(
    'ranges are copied',
    'Read there and written here, several at a time, each in a short transaction of its own; a crash repeats the open ones only.',
    'It is the long part of a run.',
    'crossfade throttle slows it down.',
  ),
  'apply-forward': page(
    'the change stream is applied',
    'What commits on the source is written to the target, with the position it stands for, in one commit. It goes on through all later phases.',
    'Always, from the end of the copy until the cutover.',
    'Watch the lag in crossfade status.',
  ),
  'schema-post-data': page(
    'indexes, foreign keys, triggers',
    'What had to wait for complete tables is built on the target; the stream waits for each statement.',
    'Always; large indexes take their time.',
    'A statement that fails is named with its line: correct it, then crossfade resume.',
  ),
  analyze: page('the target gets its statistics', 'ANALYZE on every table of the target.', 'Always.', 'Nothing.'),
  compare: page(
    'both sides are compared',
    'Digests of key ranges, in one snapshot a range, while both sides are in use; what differs is looked at row by row.',
    'Always before the cutover, but not once more after an attempt that was called off while what changed since is known; and whenever crossfade verify asks.',
    'A difference stops the run: crossfade verify names the rows, crossfade verify --repair reads them again.',
  ),
  ...readStepPages,
  ...cutoverStepPages,
  ...failoverStepPages,
  'clean-fences': page(
    'old triggers go',
    'Triggers of fences that are released cost a little with every write; they are dropped where the table is free for a moment.',
    'In the reverse window.',
    'Nothing.',
  ),
  'watch-figures': page(
    'figures of your monitoring are watched',
    'What afterSwitch.watch names is measured as the gate error-rate measures. One that is above its limit for its whole time is told and put on record; with onExceeded: reverse the traffic goes back at once. A measurement that fails is said, and begins the time anew.',
    'In the reverse window, where the plan names some.',
    'Look at the application first. crossfade reverse goes back, and loses no write: docs/runbook/after-the-switch.md.',
  ),
  'compare-statements': page(
    'statements are compared with what they cost before',
    'Every five minutes what the target has counted of each statement since the switch (pg_stat_statements; the performance schema of MySQL and MariaDB) are compared with those that the source had before it. A statement whose mean has grown by afterSwitch.statements.factor and by .least, both, is named, and for the worst three the target says how it would carry them out (EXPLAIN with GENERIC_PLAN, from PostgreSQL 16 on; MySQL and MariaDB do not tell).',
    'In the reverse window. It decides nothing.',
    'Look at the plans: crossfade statements. Statistics, an index that is missing and settings that differ are the usual causes.',
  ),
  'apply-reverse': page(
    'the way back is applied',
    'What commits on the target is written to the source, as it was before the other way.',
    'From the cutover until crossfade complete or crossfade reverse.',
    'Watch the lag in crossfade status: it is what a reverse cutover has to wait for.',
  ),
  'stop-streams': page('both streams end', 'Nothing is applied any more.', 'After crossfade complete.', 'Nothing.'),
  account: page(
    'what stays on the source is put on record',
    'The position of the target up to which the source has every change, deletions among them, and each table that is still on the source with its estimated rows and bytes. crossfade report shows it.',
    'After crossfade complete, when the streams have ended.',
    'Nothing. Who has to delete every copy of something reads here where copies are.',
  ),
  'drop-streams': page(
    'what the streams needed goes',
    'On both sides: publications and slots with the triggers that watched for schema changes, or the noted place in the binary log.',
    'After crossfade complete.',
    'Nothing. The source stays fenced.',
  ),
  'clean-target-fence': page(
    'the target is rid of triggers',
    'As clean-fences, once more, and where a table is in use, again for up to a minute. What is in use to the end keeps its triggers, which let everything pass; the record of the end, and the report, name the tables.',
    'After crossfade complete.',
    'Nothing; triggers that are left may be dropped at any time.',
  ),
  finish: page('the migration is over', 'Both sides keep it on record.', 'At the end.', 'Nothing.'),
  start: page(
    'start OPERATION: the new shape',
    'Short acts that give way to everybody: columns; an index, built while others write. Rules for rows come at contract only.',
    'In expand, once per operation.',
    'When it waits, it names who is in the way.',
  ),
  sync: page(
    'sync OPERATION: both shapes are kept in step',
    'Triggers give each shape what a writer has given the other one; they work on the row that is written and send nothing. A column that is to go gets its value, on PostgreSQL by a trigger, on MySQL and MariaDB as its default.',
    'In sync, for operations that leave two shapes side by side.',
    'Nothing. From here on a version of the application that writes the new shape may be deployed.',
  ),
  'look-for-users': page(
    'look-for-users OPERATION: who uses what will go',
    'Indexes, constraints, views and functions by the catalogue; statements by pg_stat_statements, where it is. Those are looked at twice, ten seconds apart: only what goes on being sent is in the way.',
    'In switch-reads, where they are named, and in contract, which refuses (CF-DDL-003).',
    'Deploy the version that uses the new shape, move or drop what is named, then crossfade resume.',
  ),
  'fill-chunks': page(
    'rows get their value',
    'Range by range with rests, only rows without a value. Triggers of the application rest on PostgreSQL, and fire on MySQL and MariaDB.',
    'In backfill.',
    'crossfade pause holds it between two ranges.',
  ),
  validate: page(
    'validate OPERATION: rows that are not yet as they have to be',
    'They are counted, twice: after the backfill and once more before contract.',
    'In verify-expansion and contract.',
    'Mend those rows, then crossfade resume.',
  ),
  complete: page(
    'complete OPERATION: the shape is final',
    'Rules come in the way in which nobody waits while the table is read: crossfade plan shows it for this server. All that ends the old shape is one moment, on PostgreSQL one commit. What is still used stays: CF-DDL-003.',
    'In contract, after the approval.',
    'Nothing; abort leaves it alone from here on.',
  ),
  'undo-cutover': page(
    'abort: the way back goes',
    'An open attempt is taken back, and the stream of the target is dropped.',
    'In an abort.',
    'Nothing.',
  ),
  'undo-initial-load': page(
    'abort: the copy goes',
    'The stream of the source, and the copied rows on the target.',
    'In an abort.',
    'Nothing.',
  ),
  'undo-set-aside': page(
    'abort: what was set aside is put back',
    'On tables that the target had before.',
    'In an abort, with schema: existing.',
    'Nothing.',
  ),
  'undo-prepare-target': page(
    'abort: both sides open',
    'Triggers on both sides, and what the schema made on the target.',
    'In an abort.',
    'When something else was built upon it, it is named: drop that first.',
  ),
  'undo-assess': page('abort: the last trace', 'Crossfade’s own schema, unless another migration uses it.', 'In an abort.', 'Nothing.'),
  'undo-expand': page(
    'abort: the new shape goes',
    'Columns with everything that was written into them, indexes and triggers, unless they were completed.',
    'In an abort.',
    'Nothing.',
  ),
} as const satisfies Readonly<Record<string, Page>>;

/** Steps of operations carry the operation's name behind their verb. */
export const stepPageOf = (name: string): Page | undefined => {
  const pages: Readonly<Record<string, Page>> = stepPages;
  const known = [name, name.split(' ')[0] ?? ''].find((one) => Object.hasOwn(pages, one));
  return known === undefined ? undefined : pages[known];
};
