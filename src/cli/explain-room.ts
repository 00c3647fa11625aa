/** The pages about disks and the log that is kept for a run. */
import {page} from './explain-page.ts';

export const roomPages = {
  'CF-DISK-001': page(
    'not enough room',
    'Either the target has less room than the copy will need, which is found before anything is moved; the numbers are in the message, and those with ~ are estimates: the tables and indexes as they are on the source, sorting the largest index, the log. Or there is no room left to write the journal: then nothing was done that is not on record.',
    'With a target that was made as large as the data are, without their indexes and log. As a warning where the disk cannot be measured: no server tells its clients how large it is.',
    'Make room, or say how much there is with target.disk: SIZE in the plan (crossfade amend), then crossfade resume. docs/runbook/retention.md.',
  ),
  'CF-DISK-002': page(
    'a disk ran full, or was about to, while the run was at work',
    'The server that the message names had no room to go on, or the run stopped shortly before. What was under way has been rolled back; chunks that were done stay done, and the stream goes on from its last commit.',
    'When something else fills the same disk, or when indexes need more room than was estimated.',
    'Make room on that server, then crossfade resume. On the side that serves it is urgent: its application cannot write either. docs/runbook/retention.md.',
  ),
  'CF-SLOT-001': page(
    'the log kept for the stream is about to reach its limit',
    'PostgreSQL keeps its log until the stream has read it. Either its disk is nearly full and the plan says retention.atLimit: stop, or max_slot_wal_keep_size will soon make the server give the stream up while the copy is still going on, which cannot be made quicker. MySQL and MariaDB keep their log for nobody: there it is what the stream still needs that is nearly too old (binlog_expire_logs_seconds), or too much (max_binlog_total_size). Through Kafka it is what the topic still has for the target that is nearly too old (retention.ms).',
    'With a long copy beside heavy writes, and after a pause that was longer than the log can be kept.',
    'Make room, or raise max_slot_wal_keep_size on that server (ALTER SYSTEM, then SELECT pg_reload_conf(); no restart; on MySQL and MariaDB SET GLOBAL binlog_expire_logs_seconds; of a topic retention.ms), then crossfade resume soon: the log goes on growing while nobody reads it. If neither is possible: crossfade abort releases it. docs/runbook/retention.md.',
  ),
  'CF-SLOT-002': page(
    'the stream was given up so that the server does not run full',
    'The disk of a serving database was nearly full of log kept for this run, and the plan says that production wins (retention.atLimit: dropSlot, the default). The slot was dropped; the server removes the log at its next checkpoint.',
    'When the warnings of the margin before it were not acted upon.',
    'Before the cutover: crossfade abort, then start again with more room. After it: the target serves on, but the way back is closed; crossfade status says what is left to decide. docs/runbook/retention.md.',
  ),
};
