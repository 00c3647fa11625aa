/** What gates and hooks ask of the operator's own programs, services and secrets. */
import type {HttpAnswer, HttpRequest} from '../gate/gate.ts';
import {sendRequest} from '../gate/http-request.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {parseSecret, resolveSecret} from '../plan/secret.ts';
import {howItFailed, runProgram} from '../switch/program.ts';

export const gateServices = (effects: Effects, signal: AbortSignal, whose: 'gate' | 'hook' = 'gate') => ({
  program: async (run: readonly string[], facts: Readonly<Record<string, string>>, limitMs: number, input?: string): Promise<string> => {
    await effects.point('admin.command', `${whose} ${run[0] ?? ''}`);
    const environment = {...process.env, ...facts};
    const finished = await runProgram(run, environment, limitMs, {stop: signal, ...(input === undefined ? {} : {input})});
    if (finished.ended === 'well') return finished.output;
    throw new Error(`${run[0]} failed: ${howItFailed(finished, limitMs, environment)}`);
  },
  request: async (request: HttpRequest): Promise<HttpAnswer> => {
    await effects.point('admin.command', `${whose} request`);
    return sendRequest(request, signal);
  },
  secret: async (text: string): Promise<string> => resolveSecret(referenceOf(text)),
});

/** Plans were looked at when they were read, those in journals of other versions were not. */
export const referenceOf = (text: string) => {
  const reference = parseSecret(text);
  if ('refused' in reference)
    throw new TerminalError(reference.refused, {code: 'CF-PLAN-003', next: 'write env:NAME, file:/path or exec:command'});
  return reference;
};
