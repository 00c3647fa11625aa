/**
 * Reads one setting of a gate as the plan wrote it. A setting that cannot be read is the plan's fault and never
 * replaced by the default: a gate that measures against another limit than the one written is worse than none.
 */
import {TerminalError} from '../model/errors.ts';

export type Settings = Readonly<Record<string, unknown>>;

const UNIT_MS: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000};

/** Milliseconds, from a number of them or a text like `500ms`, `1s`, `24h`. */
export function durationSetting(settings: Settings, key: string, otherwise: number): number {
  const value = settings[key];
  if (value === undefined) return otherwise;
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const [, amount, unit] = (typeof value === 'string' && /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(value)) || [];
  const unitMs = UNIT_MS[unit ?? ''];
  if (unitMs === undefined) throw unreadable(key, value, 'a duration such as 1s');
  return Number(amount) * unitMs;
}

/** A whole number of at least one. */
export function countSetting(settings: Settings, key: string, otherwise: number): number {
  const value = settings[key] ?? otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) throw unreadable(key, value, 'a whole number of at least 1');
  return value;
}

/** How many times as much: above 1. */
export function factorSetting(settings: Settings, key: string, otherwise: number): number {
  const value = settings[key] ?? otherwise;
  if (typeof value !== 'number' || !(value > 1)) throw unreadable(key, value, 'a number above 1');
  return value;
}

export function flagSetting(settings: Settings, key: string, otherwise: boolean): boolean {
  const value = settings[key] ?? otherwise;
  if (typeof value !== 'boolean') throw unreadable(key, value, 'true or false');
  return value;
}

export function textSetting(settings: Settings, key: string, otherwise?: string): string;
export function textSetting(settings: Settings, key: string, otherwise: undefined): string | undefined;
export function textSetting(settings: Settings, key: string, ...otherwise: readonly (string | undefined)[]): string | undefined {
  const value = settings[key];
  if (value === undefined && otherwise.length > 0) return otherwise[0];
  if (typeof value !== 'string' || value === '') throw unreadable(key, value, 'a text');
  return value;
}

/** One text, or a list of at least one. */
export function textsSetting(settings: Settings, key: string): readonly string[] {
  const value = settings[key];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = list.filter((one) => typeof one === 'string' && one !== '');
  if (texts.length === 0 || texts.length < list.length) throw unreadable(key, value, 'a text, or a list of texts');
  return texts as readonly string[];
}

/** One of these words. */
export function wordSetting<T extends string>(settings: Settings, key: string, words: readonly T[], otherwise: T): T {
  const value = settings[key] ?? otherwise;
  return words.find((word) => word === value) ?? raise(unreadable(key, value, words.join(', ')));
}

export function numberSetting(settings: Settings, key: string): number {
  const value = settings[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw unreadable(key, value, 'a number');
  return value;
}

const raise = (error: Error): never => {
  throw error;
};

const unreadable = (key: string, value: unknown, expected: string) =>
  new TerminalError(`the setting ${key} is ${JSON.stringify(value)}, not ${expected}`, {
    code: 'CF-PLAN-001',
    next: `write ${key} as ${expected}`,
  });
