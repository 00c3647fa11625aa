/** The live view as a screen of a given size. Keys change what is shown, or are passed on; nothing else happens here. */
import {useInput} from 'ink';
import {useState, type ReactElement, type ReactNode} from 'react';
import {unreachable} from '../model/assert.ts';
import {column, line, paragraph, row} from './watch-element.ts';
import {PHASES_COLUMNS, roomFor, type Size} from './watch-room.ts';
import {gateLines, numbersLines, phaseTree} from './watch-parts.ts';
import type {WatchView} from './watch-view.ts';

export type Glyphs = Readonly<Record<WatchView['phases'][number]['mark'] | 'red' | 'green', string>>;
/** Both follow what the terminal can show. */
export type Style = {readonly glyphs: Glyphs; readonly isColored: boolean};
export type Request = 'pause' | 'resume' | 'throttle' | 'faster' | 'slower' | 'detach' | 'interrupt';

export type ScreenProps = {
  readonly view: WatchView;
  readonly size: Size;
  readonly style: Style;
  /** What came of the last request. */
  readonly message: string;
  readonly onRequest: (request: Request) => void;
};

type Pane = 'overview' | 'gates' | 'log' | 'help';

const PANES: Readonly<Record<string, Pane>> = {g: 'gates', l: 'log', '?': 'help'};
const REQUESTS: Readonly<Record<string, Request>> = {p: 'pause', r: 'resume', t: 'throttle', '+': 'faster', '-': 'slower', q: 'detach'};

/** The mark of a line that was cut is ink's own `…` in both sets. */
export const WATCH_UNICODE: Glyphs = {done: '✓', here: '●', failed: '✗', ahead: '○', 'passed over': '·', red: '✗', green: '✓'};
export const WATCH_ASCII: Glyphs = {done: '+', here: '*', failed: '!', ahead: 'o', 'passed over': '-', red: '!', green: '+'};

export function WatchScreen(props: ScreenProps): ReactElement {
  const [pane, show] = useState<Pane>('overview');
  useInput((input, key) => {
    const request = key.ctrl && input === 'c' ? 'interrupt' : REQUESTS[input];
    if (request !== undefined) return props.onRequest(request);
    const wanted = key.escape ? 'overview' : PANES[input];
    if (wanted !== undefined) show(wanted === pane ? 'overview' : wanted);
  });
  return screenOf(props, pane);
}

/** The same without keys, for the last look and for tests. */
export function screenOf(props: ScreenProps, pane: Pane = 'overview'): ReactElement {
  const {size, message} = props;
  return column(
    {width: size.columns, maxHeight: Math.max(4, size.rows - 1), overflow: 'hidden'},
    head(props),
    column({flexGrow: 1, flexShrink: 1, overflow: 'hidden'}, paneOf(props, pane)),
    message ? line(message, {bold: true}) : null,
    line(size.columns < KEYS.length ? FEWER_KEYS : KEYS, {dimColor: true}),
  );
}

/** Where they do not fit, help has the rest. */
const KEYS = 'p pause | r resume | t throttle | +/- pace | g gates | l log | ? help | q detach';
const FEWER_KEYS = 'p pause | r resume | g gates | l log | ? help | q detach';

function paneOf(props: ScreenProps, pane: Pane): ReactNode {
  switch (pane) {
    case 'overview':
      return overview(props);
    case 'gates':
      return column({}, ...gateLines(props.view, props.style, 'whole'));
    case 'log':
      return column(
        {},
        ...props.view.log.slice(-Math.max(1, props.size.rows - 4)).map(({at, words}, i) => line(`${timeOfDay(at)} ${words}`, {key: i})),
      );
    case 'help':
      return column({}, ...HELP.map((text, i) => paragraph(text, {key: i})));
    default:
      return unreachable(pane);
  }
}

const HELP = [
  'p  asks the runner to pause at its next safe point; r lets it go on. Streams and fences stay sound meanwhile.',
  't  stops copying and comparing, or lets them go on at full pace; - slows them by a tenth, + the other way. The stream goes on.',
  'g  every gate with what was measured; l the newest entries of the journal; the same key or Escape goes back.',
  'q  leaves this view, and so does Ctrl-C. Neither stops the run: the runner is another process.',
  'Approvals, the cutover and the way back are commands of their own: the line "next" names the one that fits.',
];

function head({view, style}: ScreenProps): ReactElement {
  const color = style.isColored ? {color: STATUS_COLORS[view.status]} : {};
  return row(
    {gap: 1},
    line(view.name, {bold: true}),
    row({flexShrink: 0, gap: 1}, line(view.status, {bold: true, ...color}), line(`| the ${view.openSide} is open`)),
  );
}

const STATUS_COLORS = {
  running: 'cyan',
  waiting: 'yellow',
  paused: 'yellow',
  failed: 'red',
  completed: 'green',
  aborted: 'magenta',
} as const;

function overview({view, size, style, message}: ScreenProps): ReactElement {
  const room = roomFor(view, size, message !== '');
  const {isWide, gap} = room;
  const tree = column({flexShrink: 0, ...(isWide ? {width: PHASES_COLUMNS, marginRight: 2} : {})}, ...phaseTree(view, style, room));
  const rest = column(
    {flexGrow: 1, flexShrink: isWide ? 1 : 0, marginTop: gap},
    ...numbersLines(view),
    ...gateLines(view, style, 'short'),
    column({marginTop: gap, flexShrink: 0}, ...why(view)),
    column({marginTop: gap, flexShrink: 0}, ...notes(view, room.notes)),
  );
  return isWide ? row({marginTop: 1, marginBottom: 1}, tree, rest) : column({marginTop: 1, marginBottom: 1, flexShrink: 0}, tree, rest);
}

const why = ({why: {cause, owner, next}}: WatchView): ReactElement[] => [
  paragraph(`why: ${cause}`, {key: 'cause'}),
  paragraph(`who: ${owner}`, {key: 'owner'}),
  ...(next === undefined ? [] : [paragraph(`next: ${next.command}`, {key: 'next', bold: true})]),
];

const notes = ({notes: all}: WatchView, room: number): ReactElement[] =>
  (room > 0 ? all.slice(-room) : []).map(({at, text}) => line(`${timeOfDay(at)} ${text}`, {key: `${at} ${text}`, dimColor: true}));

/** UTC, as everywhere. */
const timeOfDay = (at: string): string => at.slice(11, 19);
