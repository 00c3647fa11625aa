/** Questions to the person at the terminal, and what stands in for an answer when nobody can be asked. */
import {createInterface} from 'node:readline/promises';
import {TerminalError} from '../model/errors.ts';
import type {GlobalOptions} from './command.ts';
import type {Output} from './output.ts';

export interface Prompt {
  /** False without a terminal on stdin, and with `--no-input`. */
  readonly canAsk: boolean;
  /** One line, or undefined when the person left with Ctrl-C or the end of input. */
  ask(question: string): Promise<string | undefined>;
}

export type Question = {
  /** `moderate` is y/N or `--yes`; `severe` is the plan's name typed, or `--confirm NAME`. */
  readonly severity: 'moderate' | 'severe';
  readonly planName: string;
  /** What will happen, how long writes stop, how it is undone: at most three lines. */
  readonly consequences: readonly string[];
};

/** Whether to go on. Refuses with CF-USAGE-001, naming the flag, when the answer is needed and nobody can be asked. */
export async function confirmed(question: Question, global: GlobalOptions, prompt: Prompt, output: Output): Promise<boolean> {
  const given = answeredByFlag(question, global);
  if (given !== undefined) return given;
  const {severity, planName, consequences} = question;
  if (!prompt.canAsk) throw cannotAsk(severity === 'severe' ? `--confirm ${planName}` : '--yes');
  for (const line of consequences) output.insist(line);
  const answer = (await prompt.ask(severity === 'severe' ? `Type the plan's name (${planName}) to go on: ` : 'Go on? [y/N] '))?.trim();
  if (severity === 'severe' ? answer === planName : /^y(es)?$/i.test(answer ?? '')) return true;
  output.insist('Nothing was changed.');
  return false;
}

export const cannotAsk = (flag: string): TerminalError =>
  new TerminalError('this needs an answer, and there is no terminal to ask on', {code: 'CF-USAGE-001', next: `run it again with ${flag}`});

/** Whether it is a terminal decides whether anybody can be asked. */
export type Input = NodeJS.ReadableStream & {readonly isTTY?: boolean | undefined};

export function terminalPrompt(stdin: Input, stderr: NodeJS.WritableStream, allowed: boolean): Prompt {
  return {
    canAsk: allowed && stdin.isTTY === true,
    ask: async (question) => {
      const lines = createInterface({input: stdin, output: stderr});
      const left = new AbortController();
      lines.once('SIGINT', () => left.abort());
      lines.once('close', () => left.abort());
      try {
        return await lines.question(question, {signal: left.signal});
      } catch (error) {
        if (left.signal.aborted) return undefined;
        throw error;
      } finally {
        lines.close();
      }
    },
  };
}

function answeredByFlag({severity, planName}: Question, {yes, confirm}: GlobalOptions): boolean | undefined {
  if (confirm === planName) return true;
  if (confirm !== undefined)
    throw new TerminalError(`--confirm says ${confirm}, but the plan is ${planName}`, {
      code: 'CF-USAGE-001',
      next: `run it again with --confirm ${planName}, if that is the one you mean`,
    });
  // `--yes` alone is not enough for what cannot be taken back at once.
  return severity === 'moderate' && yes ? true : undefined;
}
