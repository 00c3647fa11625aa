import type {ServerAnswer} from './server-answer.ts';

/** Errors of PostgreSQL have a severity; those of sockets, which have a code too, do not. */
export function pgAnswer(error: Error): ServerAnswer | undefined {
  const [severity, code] = [textField(error, 'severity'), textField(error, 'code')];
  if (severity === undefined || code === undefined) return undefined;
  const isUnknown = code.startsWith('08') || code === '40003';
  return {
    // FATAL can arrive after a commit became durable (a termination during the wait for a synchronous standby).
    outcome: severity === 'ERROR' && !isUnknown ? 'failed' : 'unknown',
    isFenceRefusal: code === '25006' && error.message.startsWith('crossfade: '),
    mayBeClosed: code === '42501',
  };
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
