/** The pages of a cutover's steps, in either direction. */
import {page} from './explain-page.ts';

export const cutoverStepPages = {
  'look-who-is-open': page(
    'who serves is asked, not remembered',
    'The fence rows of both databases say which side is open, because a runner may have died in the middle of a cutover.',
    'At the start of every cutover.',
    'When it cannot be proven the run stops: crossfade explain CF-CUT-002.',
  ),
  'ask-hooks': page(
    'the plan’s hooks are asked',
    'Those of before-cutover, or of before-reverse on the way back, one after the other in the order of the plan, before anything is touched.',
    'In every attempt of a plan that has such hooks.',
    'One that fails refuses the attempt: nothing was held, the stream goes on, and the reason stands in status. Settle it, then ask again: crossfade cutover.',
  ),
  'arm-reverse-stream': page(
    'the way back stands before the switch',
    'What the stream of the side that is to open begins with is made (publication and slot, or a place in the binary log), and it is read: no write of the first minute can be missed. Where the fence’s triggers are too many to be made in the hold (MySQL, MariaDB: more than a tenth of the stall budget at 20 ms each, 8 tables with the usual 5 s), the closing side gets them here, and everybody passes them until the fence is raised. A transaction that reads a table and writes to it just when its trigger is made may be ended as a deadlock (1213), to be repeated.',
    'Before the hold, because a slot, and a trigger on a table in use, can wait for long transactions.',
    'When it takes long, look for open transactions on that server.',
  ),
  'remember-statements': page(
    'what statements cost is remembered',
    'The figures of pg_stat_statements, or of the performance schema of MySQL and MariaDB, on both sides, of the 200 statements that took the most time, without values. After the switch the source gets no traffic, so this is what the target is compared with.',
    'At the start of every cutover.',
    'Where a side counts none, status and crossfade statements say so, and what to do about it.',
  ),
  'refresh-views': page(
    'materialised views are refreshed',
    'They have no stream, so on the side that is to open they are as old as their last refresh. Those made of the migrated tables are computed anew, while nobody is held yet.',
    'At the start of every cutover; with large views it takes its time.',
    'One that could not be refreshed is named with the reason and stays as it was: refresh it with a role that owns it.',
  ),
  'compare-changed': page(
    'what changed since the comparison is compared',
    'Rows that were written after the last comparison of all rows are looked at once more, while nobody is held yet: at the start, and again right before the hold. Round after round, until a tenth of the stall budget is enough for the rest, at the pace that was just measured.',
    'In every attempt.',
    'A difference ends it there, and nothing was held: crossfade verify names the rows. So do writers that are quicker than the comparison: crossfade explain CF-VERIFY-002.',
  ),
  'start-watchdog': page(
    'somebody ends the hold when the runner cannot',
    'A process of its own, with connections of its own to both sides; without it nothing is held.',
    'In every attempt.',
    'Nothing: it leaves by itself.',
  ),
  'ask-switches': page(
    'the switches say what clients will notice',
    'Poolers and proxies are asked before anything is held, and their answers are noted.',
    'In every attempt.',
    'Read the notes; crossfade explain CF-SWITCH-001.',
  ),
  'start-canary': page(
    'the canary begins to write',
    'Tokens go along the application’s own paths into crossfade.canary, to measure what users see and to prove it afterwards. The roles of the paths are granted that table.',
    'Before the hold, where the plan has a canary.',
    'When no token comes through nothing is held: crossfade explain CF-CANARY-003.',
  ),
  hold: page(
    'new statements wait',
    'Every switch holds what arrives, for the stall budget at most, and waits for the transactions that are open.',
    'In every attempt. From here on users wait.',
    'When it is called off, the reason names who was in the way.',
  ),
  'raise-fence': page(
    'the old side refuses writes',
    'One transaction: the attempt’s row with its deadline, a trigger on every table where it does not stand yet, and a marker in the log. It waits a moment for open writers (half a second, a second on MySQL and MariaDB), a few times. On MySQL and MariaDB the triggers of a few tables are made first, within a tenth of the stall budget, when nobody has the tables in use: before the hold they would end transactions as deadlocks.',
    'In every attempt.',
    'When it cannot be had, look for long transactions on the tables. It opens by itself at its deadline.',
  ),
  'end-blockers': page(
    'transactions in the way are ended',
    'Those that have kept hold or fence waiting for a second are ended (pg_terminate_backend, KILL); their clients get an error.',
    'Only with cutover.onBlockers: terminate.',
    'Who was ended stands in crossfade events.',
  ),
  drain: page(
    'the stream comes to its end',
    'Everything up to the fence’s marker is applied.',
    'In every attempt; it takes about as long as the lag.',
    'When it does not fit into the stall budget, the attempt is called off.',
  ),
  'final-check': page(
    'a last look while both sides stand still',
    'The rows that changed last are compared, every one of them, and the counts of small tables, in a tenth of the stall budget.',
    'In every attempt.',
    'A difference, or rows that did not fit into that time, calls the attempt off: crossfade verify, or another attempt at a quieter time.',
  ),
  sequences: page(
    'sequences go on where they were',
    'The new side’s sequences are set past the old ones, with a margin for cached numbers.',
    'In every attempt.',
    'Nothing; gaps in numbers are normal.',
  ),
  'mark-reverse': page(
    'where the way back begins',
    'A position in the log of the new side: from here on it holds the application’s writes only.',
    'In every attempt.',
    'Nothing.',
  ),
  decide: page(
    'the decision',
    'One row in the closing side’s own database changes from fenced to committed, under its lock and before its deadline.',
    'Once per cutover. Before it everything is taken back, after it everything is carried out.',
    'Nothing.',
  ),
  open: page('the new side takes writes', 'Every fence row there becomes released.', 'After the decision.', 'Nothing.'),
  route: page(
    'clients are led to the new side',
    'Every switch routes and ends its hold.',
    'After the decision.',
    'When a switch cannot, it is tried again: crossfade status.',
  ),
  'start-way-back': page(
    'writes flow back',
    'The stream of the new side is applied to the old one from its mark on.',
    'After every cutover.',
    'Watch its lag in crossfade status.',
  ),
  prove: page(
    'the switches are asked where they lead',
    'What clients reach is looked at from outside, not remembered.',
    'After every cutover.',
    'When one answers otherwise: crossfade resume routes it again.',
  ),
  'release-fence': page(
    'the old side opens again',
    'The attempt’s row becomes released, unless it was decided meanwhile.',
    'When an attempt is called off.',
    'Read the reason in crossfade events; the run tries again when its gates are green.',
  ),
  'end-hold': page(
    'clients go on as before',
    'Every switch ends its hold and leads where it led.',
    'When an attempt is called off.',
    'Nothing.',
  ),
} as const;
