/** The pages about the journal: here, and its copies in the databases. */
import {page} from './explain-page.ts';

export const statePages = {
  'CF-STATE-001': page(
    'the local state is missing or damaged',
    'There is no journal for this run where it was looked for, or it cannot be read.',
    'With another --state or another user than the run was started with.',
    'Give the --state of the run. If it is lost, both databases hold a copy of the journal: crossfade adopt PLAN makes it anew, then crossfade resume.',
  ),
  'CF-STATE-002': page(
    "the journal's chain is broken, or its copies part",
    'An entry was changed, removed or reordered after it was written: the hashes do not follow from one another, or the copies in the two databases are not the beginning of the journal. Or the journal is an older copy of what the databases have seen.',
    'After a restore of the state folder from a backup, and after crossfade adopt on another machine: the first journal is the old one then. Otherwise never.',
    'An old copy: resume with the state that was used last, or crossfade adopt PLAN. An altered one: keep the journal and crossfade.journal of both databases as evidence; crossfade events --verify names side and entry, and crossfade adopt PLAN --from source|target|journal --reason TEXT says which to believe.',
  ),
  'CF-STATE-003': page(
    'a database has lost what it had confirmed',
    'The journal of this run says that something was done, and the copy of the journal in that database ends before it, so what was done may be missing there as well: rows, a position, the decision of a cutover.',
    'After a failover to a standby that had not received everything, and after a restore from a backup or a snapshot. A failover that lost nothing of this run goes on by itself.',
    'If the server that has it still exists, bring it back and resume. If not: before the cutover, crossfade abort, crossfade resume, and start again; the source serves. After a cutover look first who serves, because a side that has lost a decision may take writes again: docs/runbook/state-unknown.md.',
  ),
};
