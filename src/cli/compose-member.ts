import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';

/** The member of that name; a plan that was validated names no other. */
export const member = <T>(kind: string, list: Readonly<Record<string, T>>, name: string): T => {
  const found = Object.hasOwn(list, name) ? list[name] : undefined;
  if (found !== undefined) return found;
  const meant = nearest(name, Object.keys(list));
  throw new TerminalError(`there is no ${kind} ${name}${meant ? `; did you mean ${meant}?` : ''}`, {
    code: 'CF-PLAN-001',
    next: 'crossfade validate',
  });
};
