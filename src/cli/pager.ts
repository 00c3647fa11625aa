/** Long answers at a terminal, a screen at a time, with the program that people have chosen for that (`PAGER`), else `less`. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Sink} from './output.ts';

/** It ends by itself where all fits on one screen, leaves what was read standing, and shows colours. */
const LESS = 'FIRX';
/** Where the terminal does not say. */
const ROWS = 24;

export type Pager = {
  /** Takes the answer. */
  readonly sink: Sink;
  /** Shows it, and resolves when the reader has seen enough. */
  show(): Promise<void>;
};

type Terminal = Sink & {readonly rows?: number | undefined};

/** Undefined where there is no terminal, or nobody wants one: `PAGER` is empty or `cat`. */
export function pagerFor(stdout: Terminal, environment: NodeJS.ProcessEnv = process.env): Pager | undefined {
  const program = environment['PAGER'] ?? 'less';
  if (stdout.isTTY !== true || environment['TERM'] === 'dumb' || ['', 'cat'].includes(program)) return undefined;
  let text = '';
  return {
    sink: {write: (part) => (text += part), on: () => undefined, isTTY: true},
    async show() {
      const isLong = text.split('\n').length > (stdout.rows || ROWS);
      if (!isLong || !(await isShown(program, text, environment))) stdout.write(text);
    },
  };
}

/** False: there is no such program. Ctrl-C is for whoever reads, not for us. */
async function isShown(program: string, text: string, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const deaf = (): void => {};
  process.on('SIGINT', deaf);
  try {
    const reader = spawn(program, {shell: true, stdio: ['pipe', 'inherit', 'inherit'], env: {LESS, ...environment}});
    const ended = once(reader, 'close') as Promise<[number | null]>;
    reader.stdin.on('error', deaf); // it was left before its end
    reader.stdin.end(text);
    const [code] = await ended;
    return code !== NOT_FOUND;
  } finally {
    process.off('SIGINT', deaf);
  }
}

/** As shells say it. */
const NOT_FOUND = 127;
