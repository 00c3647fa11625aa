/** Settings of a throttle: the plan was checked when it was read, those in journals of other versions were not. */
import {TerminalError} from '../model/errors.ts';
import type {Settings} from './throttle.ts';

export function amount(settings: Settings, key: string): number;
export function amount(settings: Settings, key: string, otherwise: number | undefined): number | undefined;
export function amount(settings: Settings, key: string, ...otherwise: readonly (number | undefined)[]): number | undefined {
  const value = settings[key];
  if (value === undefined && otherwise.length > 0) return otherwise[0];
  return typeof value === 'number' && Number.isFinite(value) ? value : unreadable(key, 'a number');
}

export function text(settings: Settings, key: string): string;
export function text(settings: Settings, key: string, otherwise: string | undefined): string | undefined;
export function text(settings: Settings, key: string, ...otherwise: readonly (string | undefined)[]): string | undefined {
  const value = settings[key];
  if (value === undefined && otherwise.length > 0) return otherwise[0];
  return typeof value === 'string' ? value : unreadable(key, 'a text');
}

/** Empty when absent. */
export function list(settings: Settings, key: string): readonly unknown[] {
  const value = settings[key] ?? [];
  return Array.isArray(value) ? value : unreadable(key, 'a list');
}

export const unreadable = (key: string, expected: string): never => {
  throw new TerminalError(`the setting ${key} of a throttle is not ${expected}`, {
    code: 'CF-PLAN-001',
    next: `write ${key} as ${expected}`,
  });
};
