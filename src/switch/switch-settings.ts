/** Reads a driver's settings from the plan; what does not fit is named, with the driver, before anything is touched. */
import {TerminalError} from '../model/errors.ts';

export type Settings = Readonly<Record<string, unknown>>;

export class SwitchSettings {
  readonly #driver: string;
  readonly #settings: Settings;

  constructor(driver: string, settings: Settings, known: readonly string[]) {
    this.#driver = driver;
    this.#settings = settings;
    const unknown = Object.keys(settings).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw this.#invalid(`does not know ${unknown.join(', ')}`, `use ${known.join(', ') || 'no settings'}`);
  }

  text(name: string): string {
    const value = this.optionalText(name);
    if (value === undefined) throw this.#invalid(`needs ${name}`, `add ${name} to the switch in the plan`);
    return value;
  }

  optionalText(name: string): string | undefined {
    const value = this.#settings[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') throw this.#invalid(`cannot read ${name}`, `write ${name} as a text`);
    return value;
  }

  /** One text, or a list of them. */
  texts(name: string): readonly string[] {
    const value = this.#settings[name];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const texts = list.filter((one) => typeof one === 'string' && one !== '') as string[];
    if (texts.length === 0 || texts.length < list.length)
      throw this.#invalid(`needs ${name}`, `write ${name} as a text or a list of texts`);
    return texts;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#settings[name] ?? otherwise;
    if (typeof value !== 'boolean') throw this.#invalid(`cannot read ${name}`, `write ${name} as true or false`);
    return value;
  }

  #invalid(what: string, next: string): TerminalError {
    return new TerminalError(`the switch ${this.#driver} ${what}`, {code: 'CF-PLAN-001', next});
  }
}
