import {render} from 'ink-testing-library';
import {createElement} from 'react';
import {describe, expect, test, vi} from 'vitest';
import {approve, created, ended, journal, runner, START_MS, started, through, verdict} from '../../test/support/journal-facts.ts';
import type {JournalFact} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import type {LiveReport} from '../telemetry/telemetry.ts';
import {type Request, type ScreenProps, WatchScreen, WATCH_ASCII, WATCH_UNICODE} from './watch-screen.ts';
import {watchView} from './watch-view.ts';

const LONG_NAME = 'customer-orders-and-invoices-of-the-european-region-17-to-18-eu';
const GAUGES = {rowsCopied: 31_340_000, rowsTotal: 43_060_000, changesApplied: 390_400, lagMs: 412, backlogBytes: 7_340_032};

const report: LiveReport = {
  at: '2026-05-01T10:09:58.000Z',
  elapsedMs: 598_000,
  gauges: GAUGES,
  rates: {rowsPerSecond: 12_300, changesPerSecond: 640},
  samples: [],
  notes: [
    {at: '2026-05-01T10:05:00.000Z', text: 'phase verify-data'},
    {
      at: '2026-05-01T10:09:00.000Z',
      text: 'forward stream broke off and is opened again: the change stream of source broke off: read ECONNRESET 10.11.12.13:5432',
    },
  ],
};

const step = (type: 'step-intent' | 'step-outcome', name: string): JournalFact =>
  type === 'step-intent'
    ? {type, phase: 'initial-load', step: name, attempt: 1}
    : {type, phase: 'initial-load', step: name, attempt: 1, evidence: {}};

const first: JournalFact = {...created, name: LONG_NAME};
const loading: readonly JournalFact[] = [
  first,
  runner(1),
  ...through('assess', 'prepare-target'),
  started('initial-load'),
  step('step-intent', 'start-stream'),
  step('step-outcome', 'start-stream'),
  step('step-intent', 'copy-chunks'),
];
const atGates: readonly JournalFact[] = [
  first,
  runner(1),
  ...through('assess', 'prepare-target', 'initial-load', 'catch-up', 'verify-data'),
  verdict('replication-lag', true),
  {
    type: 'gate-verdict',
    phase: 'cutover',
    verdict: {
      gate: 'checksum-match',
      go: false,
      evidence: '12 of 48,201,377 rows differ, the last comparison is 14 minutes old (limit 10 minutes)',
    },
  },
  verdict('approval', false),
];

function propsOf(facts: readonly JournalFact[], columns: number, rows = 40): ScreenProps {
  const entries = journal(facts);
  const now = new Date(START_MS + entries.length * 60_000);
  const fresh = {...report, at: new Date(now.getTime() - 2000).toISOString()};
  const view = watchView({id: '0191aaaa', state: runState(entries), entries, report: fresh, alive: true, now});
  return {view, size: {columns, rows}, style: {glyphs: WATCH_UNICODE, isColored: false}, message: '', onRequest: () => {}};
}

const frameOf = (props: ScreenProps): string => {
  const {lastFrame, unmount} = render(createElement(WatchScreen, props));
  const frame = lastFrame() ?? '';
  unmount();
  return frame;
};

describe.each([60, 80, 120])('a frame of %i columns', (columns) => {
  test.each([
    ['while loading', loading],
    ['before the gates', atGates],
    ['failed', [...loading, {type: 'failed', code: 'CF-CONN-004', error: 'the connection to the target was lost'}] satisfies JournalFact[]],
  ])('%s', (_when, facts) => {
    const frame = frameOf(propsOf(facts, columns));
    expect(Math.max(...frame.split('\n').map((text) => text.length))).toBeLessThanOrEqual(columns);
    expect(frame).toMatchSnapshot();
  });

  test.each([10, 16, 24])('is no higher than a window of %i rows', (rows) => {
    const frame = frameOf(propsOf(atGates, columns, rows));
    expect(frame.split('\n').length).toBeLessThan(rows);
    expect(frame).toContain('q detach');
  });

  test.each([20, 24, 30])('squeezes nothing together in %i rows, with a message', (rows) => {
    const frame = frameOf({...propsOf(loading, columns, rows), message: 'pause is recorded'});
    for (const text of [
      /^.*\bwhy: working on initial-load for 4m, step copy-chunks$/m,
      /who: the runner \(process 101\)$/m,
      /next: crossfade events -f$/m,
      /^pause is recorded$/m,
    ])
      expect(frame).toMatch(text);
  });
});

test('the way that was gone twice says so', () => {
  const round = [...atGates, approve(), started('cutover'), ended('cutover', 'back'), started('catch-up')];
  const frame = frameOf(propsOf(round, 80));
  expect(frame).toMatch(/● catch-up +1m00s \(visit 2\)/);
  expect(frame).toMatch(/○ cutover/);
});

test('a terminal without Unicode gets ASCII marks', () => {
  const props = propsOf(atGates, 80);
  const frame = frameOf({...props, style: {glyphs: WATCH_ASCII, isColored: false}});
  expect(frame.replaceAll('…', '')).toMatch(/^[\x20-\x7e\n]*$/);
});

test('keys change what is shown, or are passed on', async () => {
  const requests: Request[] = [];
  const {stdin, lastFrame, unmount} = render(
    createElement(WatchScreen, {...propsOf(atGates, 80), onRequest: (request) => void requests.push(request)}),
  );
  const press = async (key: string, shown: string) => {
    stdin.write(key);
    await vi.waitFor(() => expect(lastFrame()).toContain(shown));
  };
  await vi.waitFor(() => expect(lastFrame()).toContain('verify-data'));
  await press('g', 'limit 10 minutes)');
  await press('l', 'gate-verdict approval red before cutover');
  await press('?', 'Neither stops the run');
  await press('?', '✓ verify-data');
  for (const key of ['p', 'r', 't', '+', '-', 'q', '\x03']) stdin.write(key);
  await vi.waitFor(() => expect(requests).toEqual(['pause', 'resume', 'throttle', 'faster', 'slower', 'detach', 'interrupt']));
  unmount();
});
