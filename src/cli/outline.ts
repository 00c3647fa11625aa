/** The form of what a plan would do: phases, their steps, and every statement that a step sends. */
import type {Lock, Statement} from '../engine/engine.ts';

export type OutlineStep = {
  /** As in the journal, or what an act is called that goes on without one. */
  readonly name: string;
  readonly what: string;
  /** Absent: always. */
  readonly when?: string;
  /** The strongest of it in words; absent where nobody could have to wait. */
  readonly locks?: string;
  /** Of what is made beside the databases. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly statements: readonly Statement[];
};

export type OutlinePhase = {readonly phase: string; readonly gates?: readonly OutlineGate[]; readonly steps: readonly OutlineStep[]};

/** `limits` in words, as they are in force. */
export type OutlineGate = {readonly name: string; readonly limits: string; readonly settings: Readonly<Record<string, unknown>>};

export type Outline = {
  /** Before the first phase, whenever a runner begins. */
  readonly start: readonly OutlineStep[];
  readonly phases: readonly OutlinePhase[];
  /** Everything that an abort may undo, newest first. */
  readonly abort: readonly OutlineStep[];
  /** There is one database: statements go to the side `source`, which is it. */
  readonly isInPlace?: true;
};

type Act = Promise<readonly Statement[]> | undefined;

/** `acts` in their order; undefined where the engine has no such act. */
export const step = async (name: string, what: string, acts: readonly Act[] = [], when?: string): Promise<OutlineStep> => {
  const statements = (await Promise.all(acts.filter((act) => act !== undefined))).flat();
  const locks = lockWords(statements);
  return {name, what, ...(when === undefined ? {} : {when}), ...(locks === undefined ? {} : {locks}), statements};
};

/** `12 tables`, `1 table`. */
export const tableCount = (count: number): string => `${count} ${count === 1 ? 'table' : 'tables'}`;

export const allSteps = ({start, phases, abort}: Outline): readonly OutlineStep[] => [
  ...start,
  ...phases.flatMap(({steps}) => steps),
  ...abort,
];

/** Readers and writers of rows are not in each other's way. */
const HARMLESS: ReadonlySet<string> = new Set(['ACCESS SHARE', 'ROW SHARE', 'ROW EXCLUSIVE', 'SHARED_READ', 'SHARED_WRITE']);

const lockWords = (statements: readonly Statement[]): string | undefined => {
  const tables = new Map<string, Set<string>>();
  for (const {side, locks} of statements)
    for (const lock of locks) {
      if (HARMLESS.has(lock.mode) || lock.mode === 'advisory') continue;
      const [before, after] = [lock.mode === 'none' ? '' : `${lock.mode} on `, ` of the ${side}, ${limit(lock)}`];
      const kind = `${before}\n${after}`;
      tables.set(kind, new Set([...(tables.get(kind) ?? []), ...lock.on]));
    }
  const words = [...tables].map(([kind, on]) => kind.replace('\n', on.size > NAMED_MAX ? tableCount(on.size) : [...on].join(', ')));
  return words.length ? words.join('; ') : undefined;
};

/** More are counted. */
const NAMED_MAX = 3;

const limit = ({waitMsMax, waitsFor}: Lock): string =>
  `${waitMsMax === undefined ? 'waits' : `waits ${waitMsMax} ms at most`} for ${waitsFor}`;
