/** Bugs that were made or nearly made, each a patch beside this file, and the test that catches it. `docs/mutations.md` is made of this. */

export type Mutation = {
  /** The patch's name. */
  readonly bug: string;
  /** What goes wrong with it. */
  readonly harm: string;
  readonly file: string;
  /** The test's own title. */
  readonly test: string;
};

const FORMS = 'src/pipeline/replay-form.test.ts';
const COPY_MODEL = 'test/model/copy-model.test.ts';
const CUTOVER_MODEL = 'test/model/cutover-model.test.ts';
const PASS = 'src/pipeline/apply-pass.test.ts';
const WHOLE_ROWS = 'src/relay/whole-rows.property.test.ts';
const ATTEMPT = 'src/phase/cutover-attempt.test.ts';
const PROTOCOL = 'src/engine/postgres/postgres-protocol.db.test.ts';
const of =
  (file: string) =>
  (bug: string, harm: string, test: string): Mutation => ({bug, harm, file, test});
const [form, copyModel, cutoverModel, pass, wholeRows, attempt, protocol] = [
  of(FORMS),
  of(COPY_MODEL),
  of(CUTOVER_MODEL),
  of(PASS),
  of(WHOLE_ROWS),
  of(ATTEMPT),
  of(PROTOCOL),
];

export const mutations: readonly Mutation[] = [
  form('partial-row-upserted', 'A row of which the event carries a part is made from that part.', 'update, some columns'),
  copyModel('key-change-carries-value', 'A value of another row goes along to the new key.', 'two transactions of every kind'),
  pass(
    'acknowledged-before-durable',
    'The source lets go of its log before the target has the rows.',
    'nothing is acknowledged before it is stored',
  ),
  pass(
    'reread-list-dropped',
    'A crash forgets which rows were still to be read again.',
    'what has to be read again is stored with the position that caused it, and read when all that was applied is seen',
  ),
  pass(
    'reread-served-too-early',
    'A row is read again from a snapshot older than what was applied.',
    'a second read waits for what was delivered since the first',
  ),
  pass(
    'window-decided-per-batch',
    'A batch takes the mode of its last transaction.',
    'the window ends between two transactions of one piece of the stream, not with the piece',
  ),
  pass(
    'joined-stored-apart',
    'The target is left in a state that the source was never in.',
    'transactions that are joined are stored together, whatever pieces they come in',
  ),
  pass(
    'parked-row-met',
    'A change is applied to a row that the other side has refused, and stops the stream or blends two states of it.',
    'is not met by what the stream brings for it later: it is read again, until it is taken',
  ),
  wholeRows(
    'group-beyond-held-state',
    'Rows of a state that is held are stored with transactions that it does not hold.',
    'what is stored is always a state that the source was in, whatever is held and however the stream is cut',
  ),
  wholeRows(
    'omitted-in-window',
    'A row that is gone stays on the target, because the copy had brought it.',
    'in the window of the replay the copy may hold any state of a row, and the last one stays',
  ),
  pass(
    'resent-applied-again',
    'What the source sends again after a break is applied twice.',
    'what is stored already is passed over when it is sent again',
  ),
  pass(
    'own-writes-applied',
    'Our own writes come back to the side they came from.',
    'our own transactions are passed over, and their position is stored',
  ),
  of('src/pipeline/running-link.test.ts')(
    'comparison-before-visible',
    'A row that is applied and not yet visible is an alarm, and a repair would write the old one.',
    'a comparison begins when whatever was applied before is visible on the sending side (R11)',
  ),
  of('src/pipeline/drop-pass.test.ts')(
    'untagged-dropped',
    'A write past the fence is dropped without a word.',
    "somebody else's write on the closed side is an alarm",
  ),
  of('src/pipeline/copier.test.ts')(
    'chunk-marked-before-read',
    'The end of a chunk lies before rows that its read has seen.',
    'the end of a chunk is marked when its read is over, and it is done after that',
  ),
  cutoverModel('decided-past-deadline', 'The decision is taken when clients may write again.', 'a successor, everybody mortal'),
  cutoverModel('release-takes-back', 'A decision is taken back.', 'a successor, everybody mortal'),
  cutoverModel('takeover-forgets-decision', 'A decided attempt is taken for none.', 'a successor, everybody mortal'),
  of('src/model/cutover-decision.test.ts')(
    'watchdog-without-tombstone',
    'A fence may still be raised when nobody is left to open it.',
    'undefined: insert-tombstone at its deadline, wait before',
  ),
  attempt(
    'hold-without-watchdog',
    'A hold that nobody ends when the runner dies.',
    'the watchdog lives before anything is held, and until nothing is any more',
  ),
  attempt(
    'reverse-slot-in-window',
    'Writes are held for as long as a slot takes to be made.',
    'the reverse stream is there before the hold, because its slot may have to wait',
  ),
  attempt(
    'sequences-before-fence',
    'Numbers are drawn after they were carried over.',
    'sequences are read when nobody can draw from them any more',
  ),
  attempt(
    'hold-ends-before-fence',
    'Clients are let go while the fence still refuses them.',
    'an attempt that was not decided takes its fence back before it lets go',
  ),
  of('test/fault-server/withheld-acknowledgement.db.test.ts')(
    'barrier-skipped',
    'Transactions in the log that no snapshot shows yet are lost.',
    'the stream begins when a commit that it leaves out can be read, however late that is (R1)',
  ),
  protocol(
    'apply-without-compare-and-set',
    'Two runners apply the same changes.',
    'of two that apply from one position one is refused, with its rows',
  ),
  protocol(
    'chunk-without-epoch',
    'A replaced runner stores an old read.',
    'a chunk of a runner that was replaced is not stored, and its end is asked after its read',
  ),
  protocol(
    'tag-not-first',
    'A reader takes the first rows of our writes for the application’s.',
    'the stream of a side tells our own writes from the first row on',
  ),
  protocol('fence-without-epoch', 'A replaced runner closes the side that serves.', 'a runner that was replaced raises no fence'),
  protocol(
    'tombstone-missing',
    'A slow runner fences after its attempt was ended.',
    'an attempt whose end came before its fence can raise none any more',
  ),
  protocol(
    'fence-state-shared',
    'One row of state for all attempts: an old attempt is decided by a new one.',
    'an attempt that was released is never decided, though a newer one is',
  ),
  protocol(
    'deadline-before-lock',
    'The deadline was in time when it was read, not when it counted.',
    'a decision waits for whoever holds the row, and sees what that one did to it',
  ),
  attempt(
    'way-back-not-durable',
    'A crash of the side that opens takes back the place at which the way back begins.',
    'the reverse stream begins after our last write, its reader gone',
  ),
  of('src/journal/mirrored.test.ts')(
    'lost-tail-taken-for-done',
    'What a database has lost is taken for done.',
    'two entries that are written only when both sides have all before them: the first was there',
  ),
  of('test/fault-server/lost-commits.db.test.ts')(
    'chunk-done-before-flush',
    'A crash of the source takes back rows that were copied.',
    'rows that were committed asynchronously and copied are still on the source after its crash (H-111)',
  ),
  protocol(
    'array-nulls-off',
    'A NULL is written as the text NULL.',
    'a NULL that is applied stays NULL, whatever the database says of arrays',
  ),
  of('src/engine/postgres/postgres-pgoutput-parser.test.ts')(
    'byte-order-mark-dropped',
    'A text loses its first character on its way through the stream.',
    'a text keeps U+FEFF at its beginning, which is no mark of an encoding there',
  ),
  attempt(
    'schema-unasked-in-the-hold',
    'A table that was taken out of the stream moves without its last writes.',
    'what the stream carried is asked when nobody can write any more, and before the decision (H-25)',
  ),
  of('src/engine/postgres/postgres-published-schema.db.test.ts')(
    'altered-and-altered-back',
    'What was written while a table was out of the stream is missing.',
    'it is put back: what was written in between is in no stream (H-25)',
  ),
  of('src/engine/postgres/postgres-row-encoding.db.test.ts')(
    'xor-aggregate',
    'Equal rows cancel out of a checksum.',
    'a row that is there twice is not the row once, and two such pairs do not cancel',
  ),
];
