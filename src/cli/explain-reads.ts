import {page, type Page} from './explain-page.ts';

export const readPages = {
  'CF-READ-001': page(
    'reads have another answer on the target',
    'A router asked both sides the same. The source gave the same answer before and after, and the target, which had everything that the first answer showed, gave another one. All reads are back at the source, and the run stopped; one that had come to its cutover goes on, and its gate reads-match is red. Of values nothing is kept: only the statement without them, the columns, and how many rows there were.',
    'When a statement says something else on the target: another collation sorts or compares otherwise (LIMIT without a whole ORDER BY is enough), a function or a setting differs, an index is damaged. Also of statements that never say the same twice, such as random() or now().',
    'Run the statement on both sides by hand, and crossfade verify to compare the rows. Send what cannot be the same by query instead of read. Then crossfade resume: shadow reads begin anew. At the cutover the gate turns green by itself, as soon as enough reads were the same.',
  ),
  'CF-READ-002': page(
    'reads failed on the target',
    'The target gave errors, or no answer within the router’s limit, for reads that the source answered: more of them at one share, or later among as many reads, than reads.failuresMax. The application got the source’s answers. All reads are back at the source, and the run stopped; one that had come to its cutover goes on, and its gate reads-match is red.',
    'When the application role lacks a right on the target, when indexes are still cold, when the target has too few connections or too little memory.',
    'Look at the target’s log and its load, mend it, then crossfade resume.',
  ),
  'CF-READ-003': page(
    'the outbox of dual writes does not fit',
    'reads.outbox of the plan names the application’s own table in which its writes raise their tokens. It has to be there before the run, with its four columns and its key, among the tables that the plan moves, and every role of applicationRoles has to be allowed to read and write it. On MySQL and MariaDB it is a table of InnoDB, and the run lets those roles report, for which its account needs GRANT OPTION on crossfade.*.',
    'Before the first run of a plan with reads.',
    'Make the table as docs/dual-write.md has it, in a migration of the application, and let scope.tables match it; then repeat.',
  ),
} as const satisfies Readonly<Record<string, Page>>;

export const readStepPages = {
  'let-routers-report': page(
    'routers may report',
    'The application’s roles get the right to say what became of reads, and nothing more.',
    'In dual-on.',
    'Nothing. The right goes with Crossfade’s schema.',
  ),
  'dual-on': page(
    'writes leave tokens',
    'The route of both sides says so, and every router hears of it. A write that cannot leave its token is carried out all the same; its router then asks the source only.',
    'Before the copy, so that tokens are copied and streamed like all rows.',
    'Nothing. abort takes it back.',
  ),
  'shadow-reads': page(
    'reads are tried on both sides',
    'The source answers the application; the target is asked beside it, and answers are compared. A difference counts only when it is proven.',
    'It takes until there were enough reads: the application has to send some by router.read.',
    'crossfade status says how many are missing. A difference stops the run: CF-READ-001.',
  ),
  'shift-reads': page(
    'the target answers a share of the reads',
    'One share after the other, each until the target has answered as many reads as the plan says. What it has not yet, the source answers.',
    'As shadow-reads. Later phases keep the last share.',
    'A difference or too many errors bring all reads back to the source: CF-READ-001, CF-READ-002.',
  ),
  'dual-off': page(
    'writes leave no more tokens',
    'The route of both sides says so.',
    'After crossfade complete.',
    'Drop the outbox table when you like.',
  ),
} as const satisfies Readonly<Record<string, Page>>;
