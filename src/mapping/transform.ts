/** `transform`: a pure function of the plan's own. It is given the text of a value, or null, and answers the text that the target will show. */
import type {Value} from '../model/change.ts';
import type {FunctionReference} from '../model/mapping-rules.ts';
import {TerminalError} from '../model/errors.ts';
import type {Functions, RuleOf, ValueFunction} from './column-mappings.ts';
import type {ColumnMapping} from './mapping.ts';

export const transform = (rule: RuleOf<'transform'>, functions: Functions): ColumnMapping => ({
  source: [rule.column],
  target: [rule.to],
  isPlain: false,
  type: rule.type,
  forward: guarded(rule.forward, functions),
  reverse: rule.inverse && guarded(rule.inverse, functions),
  stops: rule.inverse && `a value that ${rule.inverse.name} does not bring back as it was`,
});

/** Not our code: what it throws, or answers by mistake, is told from a fault of ours. The value itself is never shown. */
const guarded = (reference: FunctionReference, functions: Functions): ColumnMapping['forward'] => {
  const call = functions(reference);
  return ([value = null]) => [answerOf(reference, call, value)];
};

const answerOf = (reference: FunctionReference, call: ValueFunction, value: Value): Value => {
  let answer: unknown;
  try {
    answer = call(value);
  } catch (cause) {
    throw refused(reference, `threw ${cause instanceof Error ? cause.name : typeof cause}`);
  }
  if (answer === null || typeof answer === 'string') return answer;
  throw refused(reference, `answered ${answer === undefined ? 'nothing' : `a ${typeof answer}`} instead of a text or null`);
};

const refused = ({file, name}: FunctionReference, what: string): TerminalError =>
  new TerminalError(`the function ${name} of ${file} ${what}`, {
    code: 'CF-MAP-003',
    next: 'correct the function, then start the migration again',
  });
