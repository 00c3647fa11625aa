/**
 * The copy of design.md §3 as a small world: one source log whose transactions become visible after they can be
 * delivered, chunks read in their own snapshots, the replay window, strict mode, re-reads, and a runner that may crash
 * at any moment. Every apply goes through the product's `netChanges`, `replayForm` and `replayMode`.
 *
 * Sets of transactions, keys and tables are bits of a number.
 */
import type {Step} from './explore.ts';
import {type Applied, type ApplyRules, applier} from './copy-applier.ts';
import type {Rows, Workload, WorkloadRules} from './copy-workloads.ts';

export type CopyRules = WorkloadRules &
  ApplyRules & {
    readonly chunks: readonly (readonly number[])[];
    /** Wait until everything before the stream's start is visible. */
    readonly barrier: boolean;
    /** When the end position of a chunk is taken. */
    readonly end: 'after-read' | 'before-snapshot' | 'start';
    /** What a re-read waits for. */
    readonly reread: 'applied' | 'applied-since-crash' | 'cause' | 'nothing';
    readonly isRereadDurable: boolean;
    readonly rereadMovesEnd: boolean;
    readonly resent: 'dropped' | 'applied-again';
    /** Off: a broken rule runs on until a surprise or a wrong end shows what it does to the data. */
    readonly isExactChecked: boolean;
    /** Off: the search looks past states in which the database refuses for ever. */
    readonly isStuckChecked: boolean;
  };

type ChunkState = 'todo' | 'end-taken' | 'snapshot' | 'read' | 'done';
const CHUNK_STATES: readonly ChunkState[] = ['todo', 'end-taken', 'snapshot', 'read', 'done'];
type Chunk = {readonly state: ChunkState; readonly snapshot: number; readonly end: number; readonly rows: Rows};
const TODO: Chunk = {state: 'todo', snapshot: 0, end: 0, rows: []};

export type CopyState = {
  /** Transactions in the log, and the set of those that SELECT sees. */
  readonly log: number;
  readonly visible: number;
  /** The set before the stream's start; -1 before there is one. */
  readonly start: number;
  readonly chunks: readonly Chunk[];
  readonly target: Rows;
  /** Transactions applied. */
  readonly position: number;
  readonly rereads: number;
  /** For re-reads that wait for their cause only: the transaction that put the key on the list. */
  readonly causes: readonly number[];
  /** Transactions of which a runner that started anew does not know that they were delivered; only `applied-since-crash`. */
  readonly forgotten: number;
  /** Per table, the set that its re-reads may have seen. */
  readonly ends: readonly number[];
};

export const copyWorld = (rules: CopyRules, workload: Workload) => {
  const all = prefix(rules.length);
  const tableCount = new Set(rules.tableOf).size;
  const isTruncating = workload.transactions.some((transaction) => transaction.truncates !== 0);
  const apply = applier(rules, workload);
  const sourceAt = memory((mask: number) => sourceRows(workload, mask));
  const tableKeys = (table: number) => rules.tableOf.reduce((mask, of, key) => (of === table ? mask | (1 << key) : mask), 0);
  const tableOfChunk = rules.chunks.map((keys) => rules.tableOf[keys[0] ?? 0] ?? 0);

  const isLoaded = (state: CopyState) => state.chunks.every((chunk) => chunk.state === 'done');
  const endOf = (state: CopyState, table: number) =>
    state.chunks.reduce((end, chunk, i) => (tableOfChunk[i] === table ? end | chunk.end : end), state.ends[table] ?? 0);
  const modeFacts = (state: CopyState, table: number, passed: number) => ({
    hasOpenChunks: !isLoaded(state),
    hasRereads: (state.rereads & tableKeys(table)) !== 0,
    isPastEnd: (endOf(state, table) & ~(state.start | prefix(passed))) === 0,
  });
  const isStrict = (state: CopyState, table: number) =>
    state.start >= 0 && rules.modes(modeFacts(state, table, state.position)) === 'strict';

  const sourceSteps = (state: CopyState): Step<CopyState>[] => {
    const steps: Step<CopyState>[] = [];
    const {log, visible} = state;
    if (log < rules.length && ((workload.after[log] ?? 0) & ~visible) === 0)
      steps.push({label: `transaction ${log} enters the log`, state: {...state, log: log + 1}});
    for (let i = 0; i < log; i++) {
      if (((visible >> i) & 1) === 0)
        steps.push({label: `transaction ${i} becomes visible`, state: {...state, visible: visible | (1 << i)}});
    }
    return steps;
  };

  const chunkSteps = (state: CopyState): Step<CopyState>[] => {
    if (state.start < 0 || (rules.barrier && state.start & ~state.visible)) return [];
    return state.chunks.flatMap((chunk, i) => {
      const to = (label: string, next: Chunk, target = state.target): Step<CopyState>[] => [
        {label: `chunk ${i}: ${label}`, state: {...state, target, chunks: state.chunks.with(i, next)}},
      ];
      const first: ChunkState = rules.end === 'before-snapshot' ? 'end-taken' : 'todo';
      if (chunk.state === first) {
        const taken: Chunk = {...chunk, state: 'snapshot', snapshot: state.visible};
        return isTruncating ? to('snapshot', taken) : to('snapshot and read', read(state, taken, i));
      }
      if (chunk.state === 'todo') return to('end position, too early', {...chunk, state: 'end-taken', end: prefix(state.log)});
      if (chunk.state === 'snapshot') return to('read', read(state, chunk, i));
      if (chunk.state === 'read') return to('rows and done committed', {...TODO, state: 'done', end: chunk.end}, loaded(state, chunk, i));
      return [];
    });
  };
  /** A snapshot older than a TRUNCATE reads the emptied table. */
  const read = (state: CopyState, chunk: Chunk, i: number): Chunk => {
    const isEmptied = workload.transactions.some(
      (transaction, at) =>
        (transaction.truncates >> (tableOfChunk[i] ?? 0)) & 1 && (state.visible >> at) & 1 && !((chunk.snapshot >> at) & 1),
    );
    const rows = (rules.chunks[i] ?? []).map((key) => (isEmptied ? 0 : (sourceAt(chunk.snapshot)[key] ?? 0)));
    const end = {'after-read': prefix(state.log), 'before-snapshot': chunk.end, start: state.start}[rules.end];
    return {...chunk, state: 'read', snapshot: 0, rows, end};
  };
  const loaded = (state: CopyState, chunk: Chunk, i: number): Rows =>
    state.target.map((row, key) => {
      const at = rules.chunks[i]?.indexOf(key) ?? -1;
      return at < 0 ? row : (chunk.rows[at] ?? 0);
    });

  const applySteps = (state: CopyState): Step<CopyState>[] => {
    if (state.start < 0 || !isLoaded(state)) return [];
    const steps: Step<CopyState>[] = [];
    for (let count = 1; count <= rules.batch && state.position + count <= state.log; count++) {
      const label = `${count === 1 ? '' : 'batch up to '}transaction ${state.position + count - 1} applied`;
      const modes = Array.from({length: tableCount * count}, (_, i) =>
        rules.modes(modeFacts(state, i % tableCount, state.position + Math.floor(i / tableCount))),
      );
      const applied = apply(state.position, count, modes, state.target);
      if (applied === 'refused') continue;
      steps.push(
        'surprise' in applied ? {label, violation: `surprise: ${applied.surprise}`} : {label, state: after(state, count, applied)},
      );
    }
    return steps;
  };
  const after = (state: CopyState, count: number, applied: Applied): CopyState => {
    const position = state.position + count;
    const rereads = (state.rereads & ~applied.cleared) | applied.rereads;
    const causes =
      rules.reread === 'cause' ? state.causes.map((cause, key) => ((applied.rereads >> key) & 1 ? position - 1 : cause)) : state.causes;
    return {...state, target: applied.target, position, rereads, causes};
  };

  const rereadSteps = (state: CopyState): Step<CopyState>[] => {
    const unseen = prefix(state.position) & ~state.visible;
    return state.target.flatMap((_, key): Step<CopyState>[] => {
      if (((state.rereads >> key) & 1) === 0) return [];
      if (rules.reread === 'applied' && unseen !== 0) return [];
      if (rules.reread === 'applied-since-crash' && (unseen & ~prefix(state.forgotten)) !== 0) return [];
      if (rules.reread === 'cause' && ((state.visible >> (state.causes[key] ?? 0)) & 1) === 0) return [];
      const table = rules.tableOf[key] ?? 0;
      const ends = rules.rereadMovesEnd ? state.ends.with(table, (state.ends[table] ?? 0) | prefix(state.log)) : state.ends;
      const target = state.target.with(key, sourceAt(state.visible)[key] ?? 0);
      return [{label: `re-read of key ${key}`, state: {...state, target, ends, rereads: state.rereads & ~(1 << key)}}];
    });
  };

  /** Open chunks are read again; what was committed on the target is there. */
  const crashSteps = (state: CopyState): Step<CopyState>[] => {
    const isOpen = state.chunks.some((chunk) => chunk.state !== 'todo' && chunk.state !== 'done');
    const forgets = !rules.isRereadDurable && state.rereads !== 0;
    const repeats = rules.resent === 'applied-again' && state.position > 0;
    const forgotten = rules.reread === 'applied-since-crash' && state.rereads !== 0 ? state.position : state.forgotten;
    if (!isOpen && !forgets && !repeats && forgotten === state.forgotten) return [];
    const chunks = state.chunks.map((chunk) => (chunk.state === 'done' ? chunk : TODO));
    const rereads = rules.isRereadDurable ? state.rereads : 0;
    const position = repeats ? state.position - 1 : state.position;
    return [{label: 'the runner crashes', state: {...state, chunks, rereads, position, forgotten}}];
  };

  const next = (state: CopyState): Step<CopyState>[] => {
    // What lies before the start is not sent; a step that nothing can race with needs no interleaving.
    if (state.start >= 0 && (state.start >> state.position) & 1)
      return [{label: 'not sent', state: {...state, position: state.position + 1}}];
    const start: Step<CopyState>[] = state.start < 0 ? [{label: 'the stream starts', state: {...state, start: prefix(state.log)}}] : [];
    return [...sourceSteps(state), ...start, ...chunkSteps(state), ...applySteps(state), ...rereadSteps(state), ...crashSteps(state)];
  };

  const isEnd = (state: CopyState) =>
    state.visible === all && state.start >= 0 && isLoaded(state) && state.position >= rules.length && state.rereads === 0;
  const violation = (state: CopyState): string | undefined => {
    if (isEnd(state) && !isSame(state.target, sourceAt(all))) return 'final: the target differs from the source';
    if (!rules.isExactChecked) return undefined;
    for (let table = 0; table < tableCount; table++) {
      const keys = tableKeys(table);
      if (isStrict(state, table) && !isSame(state.target, sourceAt(state.start | prefix(state.position)), keys))
        return `exact: table ${table} differs from the source at its position`;
    }
    return undefined;
  };
  const start: CopyState = {
    log: 0,
    visible: 0,
    start: -1,
    chunks: rules.chunks.map(() => TODO),
    target: rules.init.map(() => 0),
    position: 0,
    rereads: 0,
    causes: rules.init.map(() => 0),
    forgotten: 0,
    ends: Array.from({length: tableCount}, () => 0),
  };
  return {start, keyOf, next, violation, isEnd: (state: CopyState) => !rules.isStuckChecked || isEnd(state)};
};

const prefix = (count: number): number => (1 << count) - 1;

/** The source with exactly these transactions, a set closed under conflicts. */
const sourceRows = (workload: Workload, mask: number): Rows => {
  const rows = [...workload.init];
  workload.transactions.forEach((transaction, i) => {
    if ((mask >> i) & 1) for (const [key, row] of transaction.writes) rows[key] = row;
  });
  return rows;
};

const isSame = (a: Rows, b: Rows, keys = -1): boolean => a.every((row, key) => ((keys >> key) & 1) === 0 || row === b[key]);

export const memory = <A extends string | number, R>(compute: (argument: A) => R) => {
  const known = new Map<A, R>();
  return (argument: A): R => {
    const hit = known.get(argument);
    if (hit !== undefined) return hit;
    const result = compute(argument);
    known.set(argument, result);
    return result;
  };
};

const keyOf = (state: CopyState): string => {
  const {log, visible, start, position, rereads, forgotten} = state;
  let key = String.fromCharCode(log, visible, start + 1, position, rereads, forgotten, ...state.target, ...state.ends, ...state.causes);
  for (const chunk of state.chunks)
    key += String.fromCharCode(CHUNK_STATES.indexOf(chunk.state), chunk.snapshot, chunk.end, chunk.rows.length, ...chunk.rows);
  return key;
};
