/**
 * One HAProxy process's runtime socket (`stats socket ... level admin`). A connection per command, which HAProxy closes
 * after its answer: a process that was replaced by a reload is never asked twice over one connection.
 */
import {connect, type Socket} from 'node:net';
import type {Effects} from '../model/effects.ts';
import {errorText, TransientError} from '../model/errors.ts';
import {within} from '../model/time-limit.ts';

/** A process that answers at all answers at once. */
const COMMAND_MS_MAX = 5_000;
/** A thousand times what the servers of one backend need. */
const ANSWER_CHARACTERS_MAX = 1_048_576;

export class HaproxyConsole {
  /** A path, or host:port; there is no secret in it. */
  readonly where: string;
  readonly #effects: Effects;

  constructor(address: string, effects: Effects) {
    this.where = address;
    this.#effects = effects;
  }

  /** A command that changes something. Its success is an empty line; everything else is HAProxy's word on why not. */
  async command(text: string): Promise<void> {
    const answer = await this.ask(text);
    if (answer.trim() !== '') throw this.#failed(text, answer.trim());
  }

  async ask(text: string): Promise<string> {
    await this.#effects.point('admin.command', `haproxy ${text} at ${this.where}`);
    const socket = connect(addressOf(this.where));
    try {
      const answer = await within(this.#effects.clock, COMMAND_MS_MAX, exchange(socket, text));
      if (answer === 'late') throw new Error(`no answer within ${COMMAND_MS_MAX} ms`);
      // A process that dies in a command closes the connection as well, but without a word.
      if (answer.text === '') throw new Error('the connection ended without an answer');
      return answer.text;
    } catch (error) {
      throw this.#failed(text, errorText(error), error);
    } finally {
      socket.destroy();
    }
  }

  #failed(text: string, reason: string, cause?: unknown): TransientError {
    const next = /permission/i.test(reason)
      ? 'give the socket `level admin` in HAProxy’s file, and Crossfade the right to write to it'
      : 'check that HAProxy runs, and that its `stats socket` is the one the plan names';
    return new TransientError(`HAProxy at ${this.where} did not carry out ${text}: ${reason}`, {code: 'CF-CONN-001', next, cause});
  }
}

/** `/run/haproxy/admin.sock`, `10.0.0.5:9999` or `[::1]:9999`. */
function addressOf(where: string): {path: string} | {host: string; port: number} {
  const colon = where.lastIndexOf(':');
  return where.startsWith('/')
    ? {path: where}
    : {host: where.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(where.slice(colon + 1))};
}

function exchange(socket: Socket, text: string): Promise<{text: string}> {
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      answer += part;
      if (answer.length > ANSWER_CHARACTERS_MAX) reject(new Error(`an answer of more than ${ANSWER_CHARACTERS_MAX} characters`));
    });
    socket.once('end', () => resolve({text: answer}));
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.on('error', reject);
    socket.write(`${text}\n`);
  });
}
