/** What a foreground run prints: plain lines with their time, one per change and at least one every half minute. */
import type {Clock} from '../model/effects.ts';
import {statusLine} from '../telemetry/status-report.ts';
import {silentTelemetry, type Telemetry} from '../telemetry/telemetry.ts';
import type {Output} from './output.ts';

const LINE_MS = 5000;

export const progressTelemetry = (output: Output, clock: Clock): Telemetry & {close(): void} => {
  const {gauge, read} = silentTelemetry();
  const started = clock.monotonicMs();
  const print = (text: string): void => output.say(`${clock.now().toISOString()} ${text}`);
  const line = (): string => statusLine({gauges: read(), elapsedMs: clock.monotonicMs() - started});
  const over = new AbortController();
  void repeat(clock, over.signal, line, print);
  return {gauge, read, note: print, close: () => over.abort()};
};

const repeat = async (clock: Clock, signal: AbortSignal, line: () => string, print: (text: string) => void): Promise<void> => {
  for (let last = ''; ; ) {
    await clock.sleep(LINE_MS, signal);
    if (signal.aborted) return;
    const next = line();
    if (next !== last) print(next);
    last = next;
  }
};
