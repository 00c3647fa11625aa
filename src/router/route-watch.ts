/** Both sides' watches and the route they lead to; wakes those who wait for another route or for the end of a hold. */
import type {Side} from '../model/side.ts';
import {after, monotonicMs} from './clock.ts';
import {atHoldEnd} from './hold-end.ts';
import {chooseRoute, isHeld, isSame, type Route, UNPREPARED} from './route-choice.ts';
import type {RouterSide} from './router-side.ts';
import {SideWatch} from './side-watch.ts';

export type SideState = {readonly isConnected: boolean; readonly problem: string | undefined};

export class RouterClosed extends Error {
  override readonly name = 'RouterClosed';
}

export class RouteWatch {
  readonly #sides: Readonly<Record<Side, SideWatch>>;
  #route: Route = UNPREPARED;
  #isClosed = false;
  #cancelHoldEnd: () => void = () => undefined;
  readonly #waiters = new Set<() => void>();
  /** The first answers of both sides, or their first failures. */
  readonly #started: Promise<unknown>;

  /** A connection that is closed while it is made never says so. */
  readonly #closed = Promise.withResolvers<void>();

  readonly #onHold: (route: Route) => void;

  /** `onHold` is called once per hold, with its route. */
  constructor(sides: Readonly<Record<Side, RouterSide<unknown>>>, migration: string, onHold: (route: Route) => void) {
    this.#onHold = onHold;
    this.#sides = {
      source: new SideWatch(sides.source, migration, () => this.#decide()),
      target: new SideWatch(sides.target, migration, () => this.#decide()),
    };
    this.#started = Promise.all([this.#sides.source.connect(), this.#sides.target.connect()]);
  }

  get route(): Route {
    return this.#route;
  }

  sides(): Readonly<Record<Side, SideState>> {
    const state = ({reading, problem}: SideWatch): SideState => ({isConnected: reading.kind === 'rows', problem});
    return {source: state(this.#sides.source), target: state(this.#sides.target)};
  }

  /** The route for a new statement; waits while it is held. */
  async open(): Promise<Route> {
    await Promise.race([this.#started, this.#closed.promise]);
    while (!this.#isClosed && isHeld(this.#route, monotonicMs())) await this.#woken();
    if (this.#isClosed) throw new RouterClosed('the router was closed');
    return this.#route;
  }

  /** Reads both sides again; true when the route is another one than `used` now. */
  async refresh(used: Route): Promise<boolean> {
    await Promise.all([this.#sides.source.refresh(), this.#sides.target.refresh()]);
    return !isSame(this.#route, used);
  }

  /** Resolves when the route is another one than `used`, at the latest after `ms`. */
  async changed(used: Route, ms: number): Promise<void> {
    if (this.#isClosed || !isSame(this.#route, used)) return;
    await this.#woken(ms);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closed.resolve();
    this.#cancelHoldEnd();
    this.#wake();
    await Promise.all([this.#sides.source.close(), this.#sides.target.close()]);
  }

  #decide(): void {
    const route = chooseRoute(this.#route, {source: this.#sides.source.reading, target: this.#sides.target.reading});
    if (isSame(route, this.#route)) return;
    this.#route = route;
    this.#cancelHoldEnd();
    if (isHeld(route, monotonicMs())) {
      this.#cancelHoldEnd = atHoldEnd(route, () => this.#wake());
      this.#onHold(route);
    }
    this.#wake();
  }

  #woken(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined ? undefined : after(ms, () => woken());
      const woken = () => {
        cancel?.();
        this.#waiters.delete(woken);
        resolve();
      };
      this.#waiters.add(woken);
    });
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }
}
