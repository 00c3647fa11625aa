/**
 * Something that decides which database the application talks to. It only shortens the stall: the fence in the
 * databases keeps the data safe, whatever a switch does. Called by the cutover, by the watchdog, and by whoever keeps
 * comparing the switches with the decision until the run is final (K6).
 */
import type {Effects} from '../model/effects.ts';
import type {RouteRow} from '../model/route.ts';
import type {Side} from '../model/side.ts';

export interface TrafficSwitch {
  readonly name: string;
  /** False when clients see broken connections (session pooling, TCP proxies); said in the plan output. */
  readonly transparent: boolean;
  /**
   * Asks the outside world, never our own memory. `neither`: not everything leads to one and the same side of ours;
   * `unknown`: not everything could be asked. `held`: new statements wait at least in a part of it.
   */
  observe(): Promise<Observation>;
  /**
   * What clients will notice when this switch leads from the other side to `side`, in words; nothing when they only
   * wait. Asked before the cutover, never inside it. Absent: nothing more than `transparent` says.
   */
  foresee?(side: Side): Promise<readonly string[]>;
  /**
   * New statements wait, for `untilMs` milliseconds from now at most where the switch can end a hold by itself. Returns
   * when none of the old side's transactions is open through this switch, or throws with the blockers (CF-CUT-001);
   * then it still holds, so that the caller may end the blockers and hold again, or resume.
   */
  hold(request: {readonly epoch: number; readonly untilMs: number}): Promise<void>;
  /**
   * After a hold that did not come about: the processes, on the server of the closing side, of the transactions it waits
   * for. Absent where the switch does not know them, or waits for none.
   */
  heldUpBy?(): Promise<readonly number[]>;
  /** Ends a hold without changing the route; safe to call always. */
  resume(request: {readonly epoch: number; readonly side: Side}): Promise<void>;
  /** Ends with `observe()` answering `side`, not held, however often it is called. */
  route(request: {readonly epoch: number; readonly side: Side}): Promise<void>;
  close(): Promise<void>;
}

/** `why`: what kept the switch from being asked, where `side` is `unknown` and it says so. */
export type Observation = {readonly side: Side | 'neither' | 'unknown'; readonly held: boolean; readonly why?: string};

/**
 * How an application reaches its database: its own address, role and driver, through whatever stands between. The
 * switches decide where it ends. Made by the composition from the plan; the canary writes along it as the application
 * would, one statement at a time.
 */
export interface ApplicationPath {
  /** For people; never an address. */
  readonly name: string;
  /** Who it is, by the servers' own word, on each side that it knows by itself; the same for both where it cannot tell. */
  roles(): Promise<Readonly<Record<Side, string>>>;
  /** One statement in a transaction of its own, with `$1` and on, in order; sent again only when the fence had refused it. Values are text. */
  send(text: string, values: readonly string[]): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /** Whether an error of `send` proves that nothing was done. */
  isRefusal(error: unknown): boolean;
  /** A statement that is under way fails, and nobody knows what became of it. */
  close(): Promise<void>;
}

/** Builds a driver from the plan's settings. Connects to nothing until the driver is first asked. */
export type SwitchFactory = (settings: Readonly<Record<string, unknown>>, facts: SwitchFacts) => TrafficSwitch;

/** What a driver may need; given by the composition. `Database` and `MigrationRef` of the engine fit. */
export type SwitchFacts = {
  readonly source: RoutedSide;
  readonly target: RoutedSide;
  readonly migration: {readonly id: string; readonly name: string};
  /** Where clients find each side, from the plan's addresses. Drivers that name servers to a proxy write these. */
  readonly addresses?: Readonly<Record<Side, ServerAddress>>;
  readonly effects: Effects;
  /** The value behind a plan's reference (`env:NAME`); asked when the driver first connects. */
  readonly resolveSecret: (reference: string) => Promise<string>;
};

export type ServerAddress = {readonly host: string; readonly port: string; readonly database: string};

/** Parts of a side, as `engine.ts` has them in `Database`. */
export type RoutedSide = {
  readonly parameters?: {reported(): Promise<readonly string[]>; unknown(names: readonly string[]): Promise<readonly string[]>};
  readonly control: {
    readRoute(): Promise<RouteRow | undefined>;
    /** `versionMin`: one above the row of either side, so that a side that missed a write never counts as newer. */
    writeRoute(route: Omit<RouteRow, 'version'> & {readonly versionMin: number}): Promise<void>;
  };
};
