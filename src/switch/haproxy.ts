/**
 * Routes applications of any engine that connect through HAProxy in TCP mode, over its runtime socket. HAProxy knows
 * nothing of statements or transactions, so clients do not only wait: a hold cuts every connection to the closing side,
 * and those that come again wait until it is over.
 *
 * A hold is a server in the same backend whose address refuses every connection (`server hold 127.0.0.1:1 no-check
 * disabled`). While it alone takes new ones, HAProxy tries again and again (`retries`, `option redispatch 1`), each after
 * 1 s or `timeout connect`, whichever is less, and with the next try it leads to whatever is ready by then. Why not with a
 * `maxconn` of 0, and what else was tried: docs/decisions/0024.
 *
 * Known limits, also in the runbook:
 * - A server goes on with a statement whose client was cut, and may commit it: the client cannot know. The fence, which
 *   comes next, waits for it.
 * - A hold knows no deadline: the watchdog resumes when the runner cannot. Clients wait `retries` times at most.
 * - HAProxy forgets at a restart or reload. `stateFile`, which it reads when it starts, is rewritten after each change.
 * - After a reload the old process keeps its connections, and nobody can ask it: `hard-stop-after`. The fence refuses them.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import {opposite, type Side} from '../model/side.ts';
import {onEach, whyUnasked} from './each.ts';
import {HaproxyConsole} from './haproxy-console.ts';
import {type HaproxyNames, type HaproxyServer, type HaproxyView, readServers, viewOf} from './haproxy-servers.ts';
import {ProxyFile} from './proxy-file.ts';
import {SwitchSettings} from './switch-settings.ts';
import type {Observation, SwitchFactory, SwitchFacts, TrafficSwitch} from './traffic-switch.ts';

export const haproxy: SwitchFactory = (settings, facts) => {
  const read = new SwitchSettings('haproxy', settings, ['socket', 'backend', 'source', 'target', 'hold', 'stateFile']);
  const consoles = read.texts('socket').map((socket) => new HaproxyConsole(socket, facts.effects));
  const names = {source: read.texts('source'), target: read.texts('target'), hold: [read.text('hold')]};
  const stateFile = read.optionalText('stateFile');
  const file = stateFile === undefined ? undefined : new ProxyFile('state file of HAProxy', stateFile, facts.effects);
  return new HaproxySwitch(consoles, read.text('backend'), names, file, facts);
};

/** Connections end within a round trip after the order; what is there longer is none of those that were cut. */
const CUT_LOOKS_MAX = 50;
const CUT_PAUSE_MS = 10;

class HaproxySwitch implements TrafficSwitch {
  readonly name = 'haproxy';
  readonly transparent = false;
  readonly #consoles: readonly HaproxyConsole[];
  readonly #backend: string;
  readonly #names: HaproxyNames;
  readonly #file: ProxyFile | undefined;
  readonly #facts: SwitchFacts;

  constructor(consoles: readonly HaproxyConsole[], backend: string, names: HaproxyNames, file: ProxyFile | undefined, facts: SwitchFacts) {
    this.#consoles = consoles;
    this.#backend = backend;
    this.#names = names;
    this.#file = file;
    this.#facts = facts;
  }

  async observe(): Promise<Observation> {
    const answers = await Promise.allSettled(this.#consoles.map((console) => this.#look(console)));
    const views = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const held = views.some((view) => view.held);
    if (views.length < answers.length) return {side: 'unknown', held, ...whyUnasked(answers)};
    const sides = new Set(views.map(({side}) => side));
    const [side = 'neither'] = sides;
    return {side: sides.size === 1 ? side : 'neither', held};
  }

  async foresee(side: Side): Promise<readonly string[]> {
    await onEach(this.#consoles, (console) => this.#look(console));
    const cut = `HAProxy cuts every connection to the ${opposite(side)} before it leads to the ${side}; clients that connect again wait until then, and whether a commit that was cut was carried out they cannot know`;
    const forgets = `HAProxy leads to what its own file says after a restart or reload: without stateFile that may be the ${opposite(side)}, whose fence refuses writes but not reads`;
    return this.#file ? [cut] : [cut, forgets];
  }

  async hold(): Promise<void> {
    // Before the first is held: one that cannot be asked would keep the clients of the others waiting for nothing.
    const leading = await onEach(this.#consoles, async (console) => {
      const {side} = await this.#look(console);
      if (side === 'neither') throw this.#notDone(console, 'hold', 'it leads to neither side alone');
      return {console, side};
    });
    await onEach(leading, async ({console, side}) => {
      await this.#set(console, this.#names.hold, 'ready');
      await this.#set(console, this.#names[side], 'drain');
      await this.#cut(console, side);
      if (!(await this.#look(console)).held) throw this.#notDone(console, 'hold', 'the server for holding takes no connections');
    });
    await this.#keep();
  }

  async resume({side: decided}: {readonly epoch: number; readonly side: Side}): Promise<void> {
    await onEach(this.#consoles, async (console) => {
      const {side, held} = await this.#look(console);
      // Somebody died while he led it to one side: then it leads nowhere, and the decision says where.
      if (held) await this.#open(console, side === 'neither' ? decided : side);
    });
    await this.#keep();
  }

  async route({side}: {readonly epoch: number; readonly side: Side}): Promise<void> {
    await onEach(this.#consoles, async (console) => {
      const before = await this.#look(console);
      if (before.side === side && !before.held) return;
      await this.#set(console, this.#names.hold, 'ready');
      await this.#open(console, side);
    });
    await this.#keep();
  }

  async close(): Promise<void> {}

  /** In a hold. The other side is closed first: at no moment do both take connections. */
  async #open(console: HaproxyConsole, side: Side): Promise<void> {
    await this.#set(console, this.#names[opposite(side)], 'maint');
    await this.#cut(console, opposite(side));
    await this.#set(console, this.#names[side], 'ready');
    await this.#set(console, this.#names.hold, 'maint');
    const view = await this.#look(console);
    if (view.side !== side || view.held) throw this.#notDone(console, `lead to the ${side}`, `it then leads to ${said(view)}`);
  }

  /** Ends the connections of that side. A new one can be added only by a client that was let in just before. */
  async #cut(console: HaproxyConsole, side: Side): Promise<void> {
    for (let look = 1; look <= CUT_LOOKS_MAX; look++) {
      const servers = await this.#servers(console);
      const busy = servers.filter(({name, sessions}) => this.#names[side].includes(name) && sessions > 0);
      if (busy.length === 0) return;
      for (const {name} of busy) await console.command(`shutdown sessions server ${this.#backend}/${name}`);
      await this.#facts.effects.clock.sleep(CUT_PAUSE_MS);
    }
    throw this.#notDone(console, 'hold', `connections to the ${side} were ordered to end and did not`);
  }

  async #set(console: HaproxyConsole, servers: readonly string[], state: HaproxyServer['state']): Promise<void> {
    for (const server of servers) await console.command(`set server ${this.#backend}/${server} state ${state}`);
  }

  /** What HAProxy starts with from now on. All processes lead to the same by now, so any of them may say it. */
  async #keep(): Promise<void> {
    const [console] = this.#consoles;
    if (this.#file && console) await this.#file.replace(await console.ask(`show servers state ${this.#backend}`));
  }

  async #look(console: HaproxyConsole): Promise<HaproxyView> {
    return viewOf(await this.#servers(console), this.#names);
  }

  /** 4: the servers, without the backend's own line. */
  async #servers(console: HaproxyConsole): Promise<readonly HaproxyServer[]> {
    const answer = await console.ask(`show stat ${this.#backend} 4 -1`);
    if (!answer.startsWith('#')) throw this.#misnamed(console, `has no backend ${this.#backend}: ${answer.trim()}`);
    const servers = readServers(answer);
    const wanted = [...this.#names.source, ...this.#names.target, ...this.#names.hold];
    const missing = wanted.find((name) => servers.every((one) => one.name !== name));
    if (missing !== undefined) throw this.#misnamed(console, `has no server ${missing} in the backend ${this.#backend}`);
    const strange = servers.find(({name}) => !wanted.includes(name));
    if (strange) throw this.#misnamed(console, `has a server ${strange.name} in the backend ${this.#backend} that the plan does not name`);
    return servers;
  }

  #misnamed(console: HaproxyConsole, what: string): TerminalError {
    return new TerminalError(`HAProxy at ${console.where} ${what}`, {
      code: 'CF-PLAN-001',
      next: 'correct the switch in the plan, or HAProxy’s file: docs/runbook/haproxy.md has both',
    });
  }

  #notDone(console: HaproxyConsole, what: string, why: string): TransientError {
    return new TransientError(`HAProxy at ${console.where} did not ${what}: ${why}`, {
      code: 'CF-CUT-001',
      next: 'look at `show stat` on its socket, and whether somebody else changes the servers of this backend',
    });
  }
}

const said = ({side, held}: HaproxyView): string =>
  `${side === 'neither' ? 'neither side alone' : `the ${side}`}${held ? ', and is held' : ''}`;
