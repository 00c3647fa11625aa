/** What gates ask of the operator's own programs, services and secrets. */
import {sendRequest} from '../gate/http-request.ts';
import type {Effects} from '../model/effects.ts';
import {TerminalError} from '../model/errors.ts';
import {parseSecret, resolveSecret} from '../plan/secret.ts';
import type {MeasuresOfSides} from '../runner/runner-options.ts';
import {howItFailed, runProgram} from '../switch/program.ts';

export const gateServices = (effects: Effects, signal: AbortSignal): Pick<MeasuresOfSides, 'program' | 'request' | 'secret'> => ({
  program: async (run, facts, limitMs) => {
    await effects.point('admin.command', `gate ${run[0] ?? ''}`);
    const environment = {...process.env, ...facts};
    const finished = await runProgram(run, environment, limitMs, signal);
    if (finished.ended === 'well') return finished.output;
    throw new Error(`${run[0]} failed: ${howItFailed(finished, limitMs, environment)}`);
  },
  request: async (request) => {
    await effects.point('admin.command', 'gate request');
    return sendRequest(request, signal);
  },
  secret: async (text) => resolveSecret(referenceOf(text)),
});

/** Plans were looked at when they were read, those in journals of other versions were not. */
export const referenceOf = (text: string) => {
  const reference = parseSecret(text);
  if ('refused' in reference)
    throw new TerminalError(reference.refused, {code: 'CF-PLAN-003', next: 'write env:NAME, file:/path or exec:command'});
  return reference;
};
