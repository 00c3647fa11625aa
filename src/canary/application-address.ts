import type {RouterSide} from '../router/router-side.ts';

export type Row = Readonly<Record<string, string | null>>;

/**
 * One database as an application reaches it: its own address and account, over its own driver. `S` is what that driver's
 * side of a router sends by. Statements have `$1` and on, in order; values are text.
 */
export interface ApplicationAddress<S> {
  readonly side: RouterSide<S>;
  send(by: S, text: string, values: readonly string[]): Promise<readonly Row[]>;
  /** One connection beside every router. Replaced by its owner when it breaks; `onGone` says that. */
  connect(onGone: () => void): Promise<ApplicationConnection>;
}

export interface ApplicationConnection {
  /** Who it is, by the server's own word. */
  role(): Promise<string>;
  send(text: string, values: readonly string[]): Promise<readonly Row[]>;
  /** Cuts a statement that is under way. */
  close(): Promise<void>;
}
