/** What `crossfade explain PHASE` prints: what each phase of the workflows does, how long it lasts, and the ways out. A phase of a single step has that step's page. */
import type {phases} from '../phase/phases.ts';
import {page, type Page} from './explain-page.ts';

/** Their steps have the same names. */
type OfOneStep = 'sync' | 'dual-on' | 'shadow-reads' | 'shift-reads' | 'dual-off';

export const phasePages = {
  assess: page(
    'both sides are looked at',
    'Versions, settings, grants, keys, sizes and the schema of both sides, and what would stand in the way. Nothing is changed.',
    'Always first; seconds to minutes.',
    'Settle what it refuses, then crossfade resume. crossfade assess and doctor ask the same.',
  ),
  'prepare-target': page(
    'the target gets its tables',
    'Tables and primary keys on the target, which is closed to all other writers. Users of the source notice nothing.',
    'Always; as long as the statements of the schema take.',
    'When a statement is refused: correct the file or the server, then crossfade resume. crossfade abort takes all of it away.',
  ),
  'initial-load': page(
    'the rows are copied',
    'The change stream is begun, then all rows are copied in chunks, several at a time. The source keeps its log until the copy is applied.',
    'Always; hours for large databases. What a kill interrupts is at most the chunks under way.',
    'crossfade throttle and crossfade set change its pace; watch the disk of the source. docs/runbook/slow-down.md.',
  ),
  'catch-up': page(
    'what changed meanwhile is applied',
    'The stream is applied until the target is exact; then indexes, foreign keys and triggers are made.',
    'Always, and again after an attempt that was called off and after a way back.',
    'When it does not get shorter, the source writes faster than the target takes it: crossfade status says what waits.',
  ),
  'verify-data': page(
    'all rows are compared',
    'Both sides by digests at one position, range by range, while they are in use; rows that change meanwhile are compared again.',
    'Always before a cutover.',
    'When rows differ: docs/runbook/differences.md. crossfade throttle slows it down.',
  ),
  cutover: page(
    'the traffic moves to the target',
    'Gates, then the hold: writes wait for at most the stall budget, the source is closed, the rest is applied, one row decides, the target opens. crossfade plan shows each step.',
    'Once, or several times: an attempt that does not fit into its budget is called off and leaves the source as it was.',
    'crossfade cutover --confirm NAME begins it where the plan starts it by hand. docs/runbook/cutover.md.',
  ),
  'reverse-window': page(
    'the way back is kept',
    'The target serves; all that is written there flows back to the source.',
    'For at least reverse.window of the plan.',
    'crossfade reverse goes back, crossfade complete ends the way back. docs/runbook/reverse.md.',
  ),
  'reverse-cutover': page(
    'the traffic moves back',
    'The cutover with the sides exchanged; nothing written since is lost.',
    'After crossfade reverse.',
    'The run is in catch-up afterwards, and may go forward again. docs/runbook/reverse.md.',
  ),
  decommission: page(
    'what Crossfade made is taken away',
    'Slots, publications, triggers and its own schema on both sides. The source stays closed to its old application.',
    'After crossfade complete; there is no way back from here.',
    'crossfade report says what remains.',
  ),
  expand: page(
    'the new shape is added beside the old one',
    'Columns and indexes are added, each with a lock of a fraction of a second; rules for rows come at contract.',
    'First in a change in place.',
    'When a table is too busy, it says who is in the way (CF-DDL-002). docs/expand-contract.md.',
  ),
  backfill: page(
    'rows that were there get their values',
    'Range by range with rests; a kill repeats one range.',
    'In a change in place that fills columns.',
    'crossfade throttle slows it down. docs/expand-contract.md.',
  ),
  'verify-expansion': page(
    'old and new shape agree',
    'Every row is looked at, and those are counted that are not as they have to be; one of them stops the run.',
    'In a change in place, before anything may read the new shape.',
    'Rows that do not fit are named: correct them, then crossfade resume. docs/expand-contract.md.',
  ),
  'switch-reads': page(
    'the application may read the new shape',
    'Nothing is changed: the run says that reads are safe, and waits at its gates.',
    'In a change in place whose columns take the place of others.',
    'Deploy what reads the new shape, then approve. docs/expand-contract.md.',
  ),
  contract: page(
    'the old shape is taken away',
    'What nothing uses any more is dropped; what is still used is named, and nothing is dropped then.',
    'Last in a change in place; there is no way back from here.',
    'CF-DDL-003 names what still uses it. docs/expand-contract.md.',
  ),
} satisfies Record<Exclude<keyof typeof phases, OfOneStep>, Page>;
