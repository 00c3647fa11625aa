/** What `crossfade explain` says of rehearsals. */
import {page} from './explain-page.ts';

export const rehearsalPages = {
  'CF-REHEARSE-001': page(
    'a place for a clone could be somebody’s database',
    'The server named for a clone is one that the plan moves from or to, or the database holds something that no rehearsal has made. Nothing was written.',
    'When a variable still has the address of the real database, and on a server that was made from a base backup of it: both call themselves by the same number.',
    'Name empty databases on other servers with --source-clone and --target-clone. A clone of an earlier rehearsal may be named again: it is emptied.',
  ),
  'CF-REHEARSE-002': page(
    'it is not clear what becomes of a column in the clone',
    'The plan says of a column what cannot be (a key that is to be shuffled, a column that cannot be null), names one that is not there, or says nothing of a type that is not known.',
    'With a type of your own, and after a column was renamed.',
    'Write the column under rehearsal: columns in the plan; crossfade rehearse PLAN --dry-run shows what becomes of each.',
  ),
  'CF-REHEARSE-003': page(
    'the clone could not be made',
    'A table, an index or a check would not have the rows as they were changed, or the server lacks something that the schema needs.',
    'With checks over texts: a code that must begin with certain letters has others now.',
    'Say under rehearsal: columns that the column is kept, or give it a constant that the check takes. The next rehearsal empties the clone first.',
  ),
  'CF-REHEARSE-004': page(
    'values of people are readable in the clone',
    'Texts that were changed in one column were found in another. The clone is not used, and stays for you to look at.',
    'When free texts or names are repeated in columns whose names say nothing of it.',
    'Say under rehearsal: columns that the column named is faked; or keep, where everybody may read it. Then rehearse again.',
  ),
  'CF-REHEARSE-005': page(
    'the rehearsal or trial did not go through',
    'The run on the clone ended before it had gone all the way, or a write that was acknowledged to the load was not found afterwards. No record was written.',
    'Never. It is what would have happened with the real databases.',
    'Read what the run said; crossfade status --state FOLDER with the folder that the rehearsal has named shows where it stood.',
  ),
  'CF-REHEARSE-006': page(
    'the record of a rehearsal cannot be used',
    'The file is not there, is no record, was altered after it was written, or carries a signature that is not of it.',
    'When a record was edited by hand, or lies elsewhere than the plan says (the path is relative to the plan).',
    'crossfade rehearse PLAN writes a new one; records are never edited.',
  ),
  'CF-REHEARSE-007': page(
    'the peak of the source could not be measured',
    'The load was to be a multiple of what the source writes, and in the time in which it was looked at nothing was written in the tables of the plan, its counts were set back, or the server does not count. Nothing was made.',
    'When the source is idle.',
    'Measure when the source is busy, longer with --measure 10m, or give the writes a second themselves with --rate 20.',
  ),
  'CF-REHEARSE-008': page(
    'the log of the source could not be recorded',
    'The server did not give a temporary replication slot with the output plug-in test_decoding. Nothing was written, and nothing is left on the server.',
    'On a server without wal_level = logical or without a free slot, and where a transaction was open for longer than a minute.',
    'crossfade doctor PLAN says what is missing. The plug-in comes with PostgreSQL; some packages have it apart (postgresql-contrib).',
  ),
  'CF-REHEARSE-009': page(
    'a recording cannot be used',
    'The file is no recording, is of another version, or is not whole; the key beside it is not there or is that of another one; or the columns or their rules are others by now, so that a clone would not have the same keys. Nothing was made.',
    'When only one of the two files was moved, and after rehearsal: columns was edited in the plan.',
    'Keep FILE and FILE.key together, or record again with crossfade rehearse PLAN --record FILE.',
  ),
} as const;
