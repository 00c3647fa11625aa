/** A verb carried out in this process as if somebody had typed it: what the socket of a runner and the API do with their words. */
import {PassThrough, Readable} from 'node:stream';
import type {Actor} from '../journal/journal.ts';
import {currentPerson} from './actor.ts';
import type {ExitCode} from './exit-codes.ts';

export type Words = {
  readonly verb: string;
  /** Never taken for flags, whatever they look like. */
  readonly args: readonly string[];
  /** Absent for a verb of no run. */
  readonly run?: string;
  readonly state: string | undefined;
  readonly isJson: boolean;
  readonly reason?: string | undefined;
  /** Flags that only this verb has. */
  readonly flags?: readonly string[];
  readonly stdin?: string;
  readonly person?: Actor;
};

/** `data` would stand on stdout, `said` on stderr. */
export type Typed = {readonly code: ExitCode; readonly data: string; readonly said: string};

export async function typed({verb, args, run, state, isJson, reason, flags = [], stdin = '', person}: Words): Promise<Typed> {
  const {main} = await import('./command-line.ts');
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const words = [
    verb,
    '--no-input',
    '--no-color',
    ...(isJson ? ['--json'] : []),
    ...(state === undefined ? [] : [`--state=${state}`]),
    ...(run === undefined ? [] : [`--run=${run}`]),
    ...(reason ? [`--reason=${reason}`] : []),
    ...flags,
    '--',
    ...args,
  ];
  const input = Object.assign(Readable.from([stdin]), {isTTY: false});
  const code = await main(words, {stdin: input, stdout, stderr}, person ?? currentPerson());
  return {code, data: textIn(stdout), said: textIn(stderr)};
}

const textIn = (stream: PassThrough): string => {
  const read: unknown = stream.read();
  return Buffer.isBuffer(read) ? read.toString() : '';
};
