/**
 * Routes applications that use `crossfade/router`: one row per side in the databases themselves, pushed to every router
 * by the databases. There is nothing to ask whether an application's transactions have ended: a router lets running ones
 * finish, and the fence waits for them. A hold ends by itself at its time, whoever died.
 */
import type {RouteRow} from '../model/route.ts';
import type {Side} from '../model/side.ts';
import {onEach, whyUnasked} from './each.ts';
import {SwitchSettings} from './switch-settings.ts';
import type {Observation, RoutedSide, SwitchFactory, SwitchFacts} from './traffic-switch.ts';

export const router: SwitchFactory = (settings, facts) => {
  new SwitchSettings('router', settings, []);
  const rows = new RouteRows(facts);
  return {
    name: 'router',
    transparent: true,
    observe: () => rows.observe(),
    hold: ({epoch, untilMs}) => rows.hold(epoch, untilMs),
    resume: ({epoch, side}) => rows.open('resume', epoch, side),
    route: ({epoch, side}) => rows.open('route', epoch, side),
    // The sides belong to the composition.
    close: async () => {},
  };
};

/** What routers do where no row stands yet. */
const UNWRITTEN: RouteRow = {epoch: 0, version: 0, side: 'source', state: 'open', holdMs: undefined, readPercent: 0};

class RouteRows {
  readonly #sides: readonly RoutedSide[];
  readonly #facts: SwitchFacts;

  constructor(facts: SwitchFacts) {
    this.#facts = facts;
    this.#sides = [facts.source, facts.target];
  }

  async observe(): Promise<Observation> {
    const answers = await Promise.allSettled(this.#sides.map(({control}) => control.readRoute()));
    const rows = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value ?? UNWRITTEN] : []));
    const held = rows.some(({state}) => state === 'hold');
    if (rows.length < answers.length) return {side: 'unknown', held, ...whyUnasked(answers)};
    const [first = UNWRITTEN] = rows;
    return {side: rows.every(({side}) => side === first.side) ? first.side : 'neither', held};
  }

  /** Each side counts the time by its own clock, so that no two clocks are compared. */
  async hold(epoch: number, untilMs: number): Promise<void> {
    const newest = await this.#newest();
    const row = {epoch, side: newest.side, state: 'hold', holdMs: untilMs, ...readsOf(newest)} as const;
    await this.#write('hold', row, newest.version + 1);
  }

  async open(action: string, epoch: number, side: Side): Promise<void> {
    const newest = await this.#newest();
    await this.#write(action, {epoch, side, state: 'open', holdMs: undefined, ...readsOf(newest)}, newest.version + 1);
  }

  /** Of the sides that answer: one that is down must not keep the other's routers from being told. */
  async #newest(): Promise<RouteRow> {
    const answers = await Promise.allSettled(this.#sides.map(({control}) => control.readRoute()));
    const rows = answers.flatMap((answer) => (answer.status === 'fulfilled' && answer.value ? [answer.value] : []));
    const version = Math.max(0, ...rows.map((row) => row.version));
    return {...rows.reduce((a, b) => (isNewer(b, a) ? b : a), UNWRITTEN), version};
  }

  /** Both sides are written even when one fails; then that failure is thrown, and the caller repeats. */
  async #write(action: string, row: Omit<RouteRow, 'version'>, versionMin: number): Promise<void> {
    await onEach(this.#sides, async ({control}, index) => {
      await this.#facts.effects.point('admin.command', `router ${action} ${row.side} on the ${index === 0 ? 'source' : 'target'}`);
      await control.writeRoute({...row, versionMin});
    });
  }
}

/** Where reads go is no matter of a hold, nor of who is open. */
const readsOf = ({readPercent, dual}: RouteRow): Pick<RouteRow, 'readPercent' | 'dual'> => ({readPercent, ...(dual ? {dual} : {})});

const isNewer = (a: RouteRow, b: RouteRow): boolean => a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);
