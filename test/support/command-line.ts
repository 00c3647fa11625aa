/** The command line as a person or a script uses it, in this process and over a state folder of the test's own. */
import {mkdtemp, rm} from 'node:fs/promises';
import {hostname, tmpdir} from 'node:os';
import {join} from 'node:path';
import {PassThrough} from 'node:stream';
import {main} from '../../src/cli/command-line.ts';
import type {Journal, JournalFact} from '../../src/journal/journal.ts';
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from './effects.ts';

export type Answered = {readonly code: number; readonly out: string; readonly err: string};

/** `answers` are typed at a terminal, each to its question; without them there is no terminal. `piped` is what stdin holds then. */
export async function type(words: readonly string[], answers?: readonly string[], piped?: string): Promise<Answered> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const [out, err] = [collected(stdout), collected(stderr)];
  if (answers) answering(stderr, stdin, answers);
  if (piped !== undefined) stdin.end(piped);
  const code = await main(words, {stdin: Object.assign(stdin, {isTTY: answers !== undefined}), stdout, stderr});
  return {code, out: out(), err: err()};
}

export type StateFolder = AsyncDisposable & {
  readonly folder: string;
  /** A new run with these facts. */
  begin(id: string, ...facts: readonly JournalFact[]): Promise<void>;
  append(id: string, ...facts: readonly JournalFact[]): Promise<void>;
  facts(id: string): Promise<readonly JournalFact[]>;
};

export async function stateFolder(): Promise<StateFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'crossfade-state-'));
  /** `name`: of a new one. */
  const withJournal = async <T>(id: string, name: string | undefined, act: (journal: Journal) => Promise<T>): Promise<T> => {
    const store = await openStateStore(folder, realEffects());
    try {
      return await act(name === undefined ? await store.open(id) : await store.create(id, name));
    } finally {
      await store.close();
    }
  };
  const appendAll = (facts: readonly JournalFact[]) => async (journal: Journal) => {
    for (const fact of facts) await journal.append(fact);
  };
  return {
    folder,
    begin: (id, ...facts) => withJournal(id, nameIn(facts) ?? id, appendAll(facts)),
    append: (id, ...facts) => withJournal(id, undefined, appendAll(facts)),
    facts: (id) => withJournal(id, undefined, async (journal) => (await journal.entries()).map(({fact}) => fact)),
    [Symbol.asyncDispose]: () => rm(folder, {recursive: true}),
  };
}

const nameIn = (facts: readonly JournalFact[]): string | undefined => facts.find((fact) => fact.type === 'migration-created')?.name;

/** A runner of this machine; this very process unless another is named. */
export const runnerHere = (pid = process.pid): JournalFact => ({type: 'runner-started', epoch: 1, holder: `ann@${hostname()}`, pid});

/** A question ends its text without a line; when no answer is left, the person leaves. */
function answering(stderr: PassThrough, stdin: PassThrough, answers: readonly string[]): void {
  const left = answers.values();
  stderr.on('data', (part: string) => {
    if (part.endsWith('\n')) return;
    const {value, done} = left.next();
    if (done) stdin.end();
    else stdin.write(`${value}\n`);
  });
}

function collected(stream: PassThrough): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => void (text += part));
  return () => text + String(stream.read() ?? '');
}
