/** The known bugs of the copy (copy-model.md §5) that concern the product's decisions, each as a change of the rules. */
import {keyText} from '../../src/model/change.ts';
import {type ReplayEvent, type ReplayForm, replayForm, replayMode} from '../../src/pipeline/replay-form.ts';
import type {CopyRules} from './copy-world.ts';
import {type MemoryRules, Refused} from './memory-table.ts';

type Forms = typeof replayForm;
type Move = MemoryRules['move'];
type Mutation = Partial<CopyRules> & {readonly name: string; readonly finds: RegExp};

const FINAL = /^final/;
const SURPRISE = /^surprise/;
const STUCK = /^stuck/;

/** One form of the window replaced. */
const inWindow =
  (matches: (event: ReplayEvent) => boolean, form: ReplayForm): Forms =>
  (event, mode) =>
    mode === 'window' && matches(event) ? form : replayForm(event, mode);

const movesKey = (event: ReplayEvent) => event.keyChanged && event.columns === 'some';
const isPartialInPlace = (event: ReplayEvent) => !event.keyChanged && event.columns === 'some';
const moves = inWindow(movesKey, 'move');
const partialUpserts = inWindow(isPartialInPlace, 'upsert');

/** Brings the row that stands at one of the two keys to the new key, or answers the new key for the re-read list. */
const bring =
  (choose: (has: {readonly old: boolean; readonly new: boolean}) => 'old' | 'new'): Move =>
  (table, {oldKey, key, row}) => {
    const [oldId, newId] = [keyText(oldKey), keyText(key)];
    const kept = table.get(choose({old: table.has(oldId), new: table.has(newId)}) === 'old' ? oldId : newId);
    table.delete(oldId);
    table.delete(newId);
    if (kept === undefined) return key;
    table.set(newId, {...kept, ...row});
    return undefined;
  };
const oldWins = bring(() => 'old');
const newWins = bring((has) => (has.new ? 'new' : 'old'));
const moveOrReread = bring((has) => (has.old ? 'old' : 'new'));
/** UPDATE at the old key, else at the new key, else read again; refused when both rows are there. */
const sqlUpdates: Move = (table, move) => {
  if (table.has(keyText(move.oldKey)) && table.has(keyText(move.key))) throw new Refused('23505');
  return moveOrReread(table, move);
};

export const copyMutations: readonly Mutation[] = [
  // A value found on the target is carried to another key; the product never sends a move in the window.
  {name: "a key change takes the old key's value", forms: moves, windowMove: oldWins, finds: FINAL},
  {name: "a key change keeps the new key's value", forms: moves, windowMove: newWins, finds: FINAL},
  {name: 'a key change moves the row, or keeps the one there, or reads again', forms: moves, windowMove: moveOrReread, finds: FINAL},
  {name: 'a key change by a chain of UPDATEs, refused for ever', forms: moves, windowMove: sqlUpdates, finds: STUCK},
  {name: 'a key change by a chain of UPDATEs', forms: moves, windowMove: sqlUpdates, isStuckChecked: false, finds: FINAL},
  {name: 'an update without its large value is upserted, NOT NULL', forms: partialUpserts, notNull: ['large'], finds: STUCK},
  {
    name: "an update without its large value is upserted, and a key change takes the old key's",
    forms: (event, mode) => (event.keyChanged ? moves : partialUpserts)(event, mode),
    windowMove: oldWins,
    finds: FINAL,
  },
  {name: 'a plain insert in the window', forms: inWindow((event) => event.kind === 'insert', 'insert'), finds: SURPRISE},
  {name: 'a delete in the window that must find its row', forms: inWindow((event) => event.kind === 'delete', 'delete'), finds: SURPRISE},
  // Strict too early.
  {name: 'strict from the start', modes: () => 'strict', finds: SURPRISE},
  {name: 'strict as soon as the chunks are done', end: 'start', finds: SURPRISE},
  {name: 'strict while keys wait to be read again', modes: (table) => replayMode({...table, hasRereads: false}), finds: SURPRISE},
  {name: 'the end is read before the snapshot', end: 'before-snapshot', finds: SURPRISE},
  {name: 'a batch takes the mode of its last transaction', modeOf: 'last', finds: SURPRISE},
  {name: 'a re-read that does not move the end', rereadMovesEnd: false, finds: SURPRISE},
  // What a read can miss.
  {name: 'no barrier before the first chunk', barrier: false, finds: FINAL},
  {name: 'a re-read without a barrier', reread: 'nothing', finds: FINAL},
  {name: 'a re-read that waits only for what caused it', reread: 'cause', batch: 1, finds: FINAL},
  // What a crash can lose.
  {name: 'a re-read that after a crash waits only for what was delivered since', reread: 'applied-since-crash', finds: FINAL},
  {name: 'a re-read list that is not durable', isRereadDurable: false, finds: FINAL},
  {name: 'transactions that are sent again are applied again', resent: 'applied-again', finds: SURPRISE},
];
