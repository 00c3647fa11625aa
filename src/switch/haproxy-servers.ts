/** What HAProxy says of a backend's servers, and where such a backend leads. Pure text work. */
import type {Side} from '../model/side.ts';

export type HaproxyServer = {
  readonly name: string;
  /** `ready` also when a health check says it is down: that is where clients are sent. */
  readonly state: 'ready' | 'drain' | 'maint';
  readonly isDown: boolean;
  /** Clients that are connected to it now. */
  readonly sessions: number;
};

/** The servers of a side; several where a health check picks the primary among them. */
export type HaproxyNames = Readonly<Record<Side | 'hold', readonly string[]>>;

export type HaproxyView = {readonly side: Side | 'neither'; readonly held: boolean};

/** Of `show stat`. What HAProxy quotes, and may hold commas, stands behind the columns that are read here. */
export function readServers(answer: string): readonly HaproxyServer[] {
  const [header = '', ...lines] = answer.trim().split('\n');
  const names = header.replace(/^#\s*/, '').split(',');
  return lines.filter(Boolean).map((line) => {
    const values = line.split(',');
    const value = (name: string): string => values[names.indexOf(name)] ?? '';
    const status = value('status');
    return {name: value('svname'), state: stateOf(status), isDown: status.startsWith('DOWN'), sessions: Number(value('scur'))};
  });
}

const stateOf = (status: string): HaproxyServer['state'] =>
  status.startsWith('MAINT') ? 'maint' : status.startsWith('DRAIN') ? 'drain' : 'ready';

/**
 * Held: the server that refuses takes the new connections. Then the side's own servers drain and the backend still leads
 * to them. Without a hold a server that drains serves nobody, so it leads nowhere.
 */
export function viewOf(servers: readonly HaproxyServer[], names: HaproxyNames): HaproxyView {
  const isHold = ({name}: HaproxyServer): boolean => names.hold.includes(name);
  const held = servers.some((one) => isHold(one) && one.state === 'ready' && !one.isDown);
  const open = servers.filter((one) => !isHold(one) && (one.state === 'ready' || (held && one.state === 'drain')));
  const leadsTo = (side: Side): boolean =>
    open.length === names[side].length && names[side].every((name) => open.some((one) => one.name === name));
  return {side: leadsTo('source') ? 'source' : leadsTo('target') ? 'target' : 'neither', held};
}
