/**
 * The connectors of a Kafka Connect cluster. Every method ends with what it says, however often it is called; where a connector
 * stands is asked, never remembered.
 */
import {TerminalError, TransientError} from '../model/errors.ts';
import type {Effects} from '../model/effects.ts';
import {type Ask, connectRequests, type Patience} from './connect-requests.ts';
import {elements, ExactNumber, isObject, type Json, type JsonObject, word} from './exact-json.ts';

export type ConnectorState = 'absent' | 'unassigned' | 'running' | 'paused' | 'stopped' | 'restarting' | 'failed';
export type ConnectorStatus = {
  readonly state: ConnectorState;
  /** Of a failed one: the last cause that it names. */
  readonly cause?: string;
};
/** What the connector goes on from: one entry for each of its partitions, in its own words. */
export type ConnectorOffsets = readonly {readonly partition: JsonObject; readonly offset: JsonObject | null}[];

/** Offsets can be altered from 3.6 on, and connectors made without being started from 3.7 on. */
const CONNECT_MIN = '3.7';

export class ConnectCluster {
  readonly #ask: Ask;
  readonly #of: readonly [string, Effects];

  constructor(url: string, effects: Effects, patience: Patience = 'act') {
    this.#of = [url, effects];
    this.#ask = connectRequests(url, effects, patience);
  }

  /** The same for whoever looks at it again and again, and is not to be kept by a cluster that says nothing. */
  get looking(): ConnectCluster {
    return new ConnectCluster(...this.#of, 'look');
  }

  /** Refuses a cluster that is too old, or has no such plugin of that version or a later one. */
  async require(plugin: {readonly className: string; readonly versionMin: string}): Promise<void> {
    const {version} = object(await this.#ask('GET', '/'));
    if (isOlder(word(version), CONNECT_MIN)) throw unfit(`Kafka Connect is ${word(version)}, and ${CONNECT_MIN} is the oldest that fits`);
    const plugins = await this.#ask('GET', '/connector-plugins');
    const found = elements(plugins)
      .filter(isObject)
      .find((one) => one['class'] === plugin.className);
    if (!found) throw unfit(`Kafka Connect has no plugin ${plugin.className}`);
    const had = word(found['version']);
    if (isOlder(had, plugin.versionMin)) throw unfit(`${plugin.className} is ${had}, and ${plugin.versionMin} is the oldest that fits`);
  }

  /** Made, or given these settings, and not started where it is new. */
  async put(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    if ((await this.status(name)).state === 'absent') await this.#ask('POST', '/connectors', {name, config, initial_state: 'STOPPED'});
    else await this.#ask('PUT', `${at(name)}/config`, config);
  }

  async resume(name: string): Promise<void> {
    await this.#ask('PUT', `${at(name)}/resume`);
  }

  /** Keeps its tasks and their connections. */
  async pause(name: string): Promise<void> {
    await this.#ask('PUT', `${at(name)}/pause`);
  }

  /** Ends its tasks, and with them the use of the slot. */
  async stop(name: string): Promise<void> {
    await this.#ask('PUT', `${at(name)}/stop`);
  }

  /** Begins its failed tasks again, where they stood. */
  async restartFailed(name: string): Promise<void> {
    await this.#ask('POST', `${at(name)}/restart?includeTasks=true&onlyFailed=true`);
  }

  async delete(name: string): Promise<void> {
    await this.#ask('DELETE', at(name));
  }

  async status(name: string): Promise<ConnectorStatus> {
    const answer = await this.#ask('GET', `${at(name)}/status`);
    if (answer !== undefined) return statusOf(object(answer));
    // A worker that begins knows nothing at first, then its connectors, and then how they are.
    const known = await this.#ask('GET', '/connectors');
    if (known === undefined) throw beginning();
    return {state: elements(known).includes(name) ? 'unassigned' : 'absent'};
  }

  /** Empty before it has committed any. */
  async offsets(name: string): Promise<ConnectorOffsets> {
    const answer = await this.#ask('GET', `${at(name)}/offsets`);
    const entries = answer === undefined ? [] : object(answer)['offsets'];
    return elements(entries)
      .filter(isObject)
      .map((entry) => ({
        partition: object(entry['partition']),
        offset: entry['offset'] === null ? null : object(entry['offset']),
      }));
  }

  /** Of a stopped connector. */
  async alterOffsets(name: string, offsets: ConnectorOffsets): Promise<void> {
    await this.#ask('PATCH', `${at(name)}/offsets`, {offsets: offsets.map(written)});
  }

  /** Of a stopped connector: it begins at its slot's position again. */
  async resetOffsets(name: string): Promise<void> {
    await this.#ask('DELETE', `${at(name)}/offsets`);
  }
}

const at = (name: string): string => `/connectors/${encodeURIComponent(name)}`;

/** A connector that runs with a failed task has failed; one without tasks yet is not there yet. */
function statusOf(answer: JsonObject): ConnectorStatus {
  const tasks = elements(answer['tasks']).filter(isObject);
  const own = object(answer['connector']);
  const failed = [own, ...tasks].find((one) => one['state'] === 'FAILED');
  if (failed) return {state: 'failed', cause: lastCause(word(failed['trace']))};
  const state = word(own['state']).toLowerCase() as ConnectorState;
  if (state === 'running' && !tasks.length) return {state: 'unassigned'};
  const other = tasks.map((task) => word(task['state']).toLowerCase()).find((one) => one !== state);
  return {state: (other as ConnectorState | undefined) ?? state};
}

const lastCause = (trace: string): string =>
  (
    trace
      .split('\n')
      .filter((line) => line.startsWith('Caused by: '))
      .at(-1)
      ?.slice('Caused by: '.length) ??
    trace.split('\n')[0] ??
    ''
  ).slice(0, 500);

const written = ({partition, offset}: ConnectorOffsets[number]): object => ({partition: loose(partition), offset: offset && loose(offset)});

/** Its numbers are positions and times: what is beyond 2^53 is refused rather than rounded. */
const loose = (all: JsonObject): object => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, looseValue(name, value)]));
function looseValue(name: string, value: Json): unknown {
  if (!(value instanceof ExactNumber)) return value;
  const number = Number(value.text);
  if (!Number.isSafeInteger(number)) throw unfit(`the offset ${name}=${value.text} cannot be written back as it is`);
  return number;
}

/** `4.3.1`, `3.5.0.Final`. */
function isOlder(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((one) => one.split('.').slice(0, 2).map(Number));
  return (a[0] ?? 0) < (b[0] ?? 0) || (a[0] === b[0] && (a[1] ?? 0) < (b[1] ?? 0));
}

const beginning = (): TransientError =>
  new TransientError('Kafka Connect is beginning and does not know its connectors yet', {
    code: 'CF-RELAY-001',
    next: 'nothing; it is asked again',
  });

const unfit = (message: string): TerminalError =>
  new TerminalError(message, {code: 'CF-RELAY-002', next: 'install it on every worker, then try again; crossfade explain CF-RELAY-002'});

function object(value: Json | undefined): JsonObject {
  if (isObject(value)) return value;
  throw unfit('what answers there is not Kafka Connect');
}
