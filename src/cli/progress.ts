/** What a foreground run prints: plain lines with their time, one per change and at least one every half minute. */
import type {Stopped} from '../hook/stopped.ts';
import type {TuningOnRecord} from '../journal/tuning.ts';
import type {Clock} from '../model/effects.ts';
import {UNTUNED} from '../model/tuning.ts';
import {withSample} from '../telemetry/eta.ts';
import {RateWindow} from '../telemetry/rates.ts';
import {statusLine} from '../telemetry/status-report.ts';
import {
  silentTelemetry,
  type Figure,
  type LiveReport,
  type Room,
  type SideUsage,
  type Telemetry,
  type Wait,
} from '../telemetry/telemetry.ts';
import type {Output} from './output.ts';
import {throttledOf} from './tuning-words.ts';
import {errorText} from '../model/errors.ts';

const UNTUNED_ON_RECORD: TuningOnRecord = {...UNTUNED, throttledBy: undefined, setBy: {}};
const LINE_MS = 5000;
/** A line that says the same as the one before is printed again after this, so that a log shows the run alive. */
const AGAIN_MS = 30_000;
/** Between two reports to those who look on from other processes. */
const KEEP_MS = 1000;
const NOTES_MAX = 5;
/** One may meet an appender at work; so many in a row have a cause that a person should know. */
const FAILURES_TOLD = 5;

export type ProgressTelemetry = Telemetry & {
  /** Now, and not only with the next line. */
  printStatus(): void;
  /** Shown with the numbers from now on. */
  tuning: TuningOnRecord | undefined;
  /** Throttles of the plan that stop the work now. */
  readonly stopped: readonly Stopped[];
  /** Where the runner listens. */
  control: string | undefined;
  close(): Promise<void>;
};

/** `keep` puts a report where `status` and `watch` find it; when that goes on failing it is said, and the run goes on. */
export const progressTelemetry = (output: Output, clock: Clock, keep?: Keep, log?: (text: string) => void): ProgressTelemetry => {
  const {gauge, read} = silentTelemetry();
  const started = clock.monotonicMs();
  const print = (text: string): void => output.say(`${clock.now().toISOString()} ${text}`);
  const notes: LiveReport['notes'][number][] = [];
  const waits = new Map<string, Wait>();
  const work = new Map<string, string>();
  let room: readonly Room[] | undefined;
  let usage: readonly SideUsage[] | undefined;
  const figures = new Map<string, Figure>();
  let leftBehind: number | undefined;
  let samples: LiveReport['samples'] = [];
  const rates = new RateWindow();
  const note = (text: string): void => {
    notes.push({at: clock.now().toISOString(), text});
    notes.splice(0, notes.length - NOTES_MAX);
    print(text);
    log?.(text);
  };
  const report = (): LiveReport => {
    const [gauges, elapsedMs] = [{...read()}, clock.monotonicMs() - started];
    if (gauges.copiedShare !== undefined) samples = withSample(samples, {elapsedMs, copiedShare: gauges.copiedShare});
    const longest = [...waits.values()].sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
    return {
      at: clock.now().toISOString(),
      elapsedMs,
      gauges,
      rates: rates.at({elapsedMs, gauges}),
      samples,
      notes: [...notes],
      waits: longest,
      work: [...work.values()],
      ...(room ? {room} : {}),
      ...(usage ? {usage} : {}),
      ...(leftBehind === undefined ? {} : {leftBehind}),
      ...(figures.size ? {figures: [...figures.values()]} : {}),
      ...(control === undefined ? {} : {control}),
    };
  };
  const over = new AbortController();
  let tuning: TuningOnRecord | undefined;
  let control: string | undefined;
  const line = (): string =>
    statusLine({
      gauges: read(),
      elapsedMs: clock.monotonicMs() - started,
      samples,
      ...throttledOf(tuning ?? UNTUNED_ON_RECORD, [...waits.values()]),
    });
  const working = Promise.all([repeatLines(clock, over.signal, line, print), keepReports(clock, over.signal, report, print, keep)]);
  return {
    gauge,
    read,
    note,
    wait: (key, wait) => putOrDelete(waits, key, wait),
    work: (key, words) => putOrDelete(work, key, words),
    room: (rooms) => void (room = rooms),
    usage: (usages) => void (usage = usages),
    leftBehind: (count) => void (leftBehind = count),
    figure: (figure) => void figures.set(figure.name, figure),
    printStatus: () => print(line()),
    get stopped() {
      return [...waits.values()].flatMap(({throttle = '', since}) => {
        const [name = '', ...words] = throttle.split(' ');
        return name === '' ? [] : [{throttle: name, words: words.join(' '), since}];
      });
    },
    get tuning() {
      return tuning;
    },
    set tuning(now) {
      tuning = now;
    },
    get control() {
      return control;
    },
    set control(path) {
      control = path;
    },
    close: async () => {
      over.abort();
      await working;
    },
  };
};

const putOrDelete = <T>(map: Map<string, T>, key: string, value: T | undefined): void =>
  void (value === undefined ? map.delete(key) : map.set(key, value));

type Keep = (report: LiveReport) => Promise<void>;

const repeatLines = async (clock: Clock, signal: AbortSignal, line: () => string, print: (text: string) => void): Promise<void> => {
  let printedMs = clock.monotonicMs();
  for (let last = ''; ; ) {
    await clock.sleep(LINE_MS, signal);
    if (signal.aborted) return;
    const next = line();
    if (next === last && clock.monotonicMs() - printedMs < AGAIN_MS) continue;
    print(next);
    [last, printedMs] = [next, clock.monotonicMs()];
  }
};

/** The last one is kept at the end, so that a run that stands still shows where it stopped. */
const keepReports = async (clock: Clock, signal: AbortSignal, report: () => LiveReport, print: (text: string) => void, keep?: Keep) => {
  for (let failures = 0; keep; ) {
    await clock.sleep(KEEP_MS, signal);
    try {
      await keep(report());
      failures = 0;
    } catch (error) {
      failures++;
      if (failures === FAILURES_TOLD) print(`others see old numbers of this run: ${errorText(error)}`);
    }
    if (signal.aborted) return;
  }
};
