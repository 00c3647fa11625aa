/** The live view on a terminal. The only file that loads ink; the run itself is another process and goes on without it. */
import {render} from 'ink';
import {createElement} from 'react';
import type {WatchView} from './watch-view.ts';
import {WatchScreen, WATCH_ASCII, WATCH_UNICODE, type Request, type Style} from './watch-screen.ts';
import type {Size} from './watch-room.ts';

export type LiveView = {
  show(view: WatchView): void;
  say(message: string): void;
  /** Leaves the last picture on the terminal. */
  close(): Promise<void>;
};

export function openLiveView(first: WatchView, isColored: boolean, onRequest: (request: Request) => void): LiveView {
  const style: Style = {glyphs: hasUnicode(process.env) ? WATCH_UNICODE : WATCH_ASCII, isColored};
  let [view, message] = [first, ''];
  const element = () => createElement(WatchScreen, {view, message, style, size: terminalSize(), onRequest});
  const instance = render(element(), {exitOnCtrlC: false, patchConsole: false});
  const redraw = (): void => instance.rerender(element());
  process.stdout.on('resize', redraw);
  return {
    show: (next) => {
      view = next;
      redraw();
    },
    say: (text) => {
      message = text;
      redraw();
    },
    close: async () => {
      process.stdout.off('resize', redraw);
      instance.unmount();
      await instance.waitUntilExit();
    },
  };
}

const terminalSize = (): Size => ({columns: process.stdout.columns, rows: process.stdout.rows});

const hasUnicode = ({LC_ALL, LC_CTYPE, LANG, TERM}: NodeJS.ProcessEnv): boolean =>
  TERM !== 'linux' && /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
