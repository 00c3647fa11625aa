/**
 * Runs a program: the facts are in `CROSSFADE_*` variables and, as one JSON document, on its stdin. Exit code 0 is yes.
 * It is not repeated when it fails, because its exit code is an answer.
 */
import type {Caller} from './hook.ts';
import {environmentOf, messageOf} from './message.ts';

export const run: Caller = {
  async call({run: program = [], timeoutMs}, call, {program: start}) {
    await start(program, environmentOf(call), timeoutMs, messageOf(call));
    return 'exit code 0';
  },
};
