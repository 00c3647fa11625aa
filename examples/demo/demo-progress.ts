/** What the demo shows while it goes: one line that redraws on a terminal, plain lines elsewhere. Always on stderr. */
import type {ApplicationReport} from './application.ts';
import type {Status} from './crossfade-process.ts';

export type Progress = {
  /** A line that stays. */
  readonly say: (text: string) => void;
  /** `application`: a text where the demo knows no more of it. */
  readonly show: (status: Status, application: ApplicationReport | string | undefined) => void;
  /** Ends the line that redraws. */
  readonly end: () => void;
};

/** Without a terminal, a line at least this often. */
const PLAIN_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[2K';

export function progress(out: NodeJS.WriteStream, beganAtMs: number): Progress {
  const redraws = out.isTTY && process.env['TERM'] !== 'dumb' && !process.env['CI'];
  let shown = {line: '', where: '', atMs: 0};
  const clear = redraws ? CLEAR_LINE : '';
  const seconds = (): string => `${((performance.now() - beganAtMs) / 1000).toFixed(1).padStart(6)} s`;
  const say = (text: string): void => void out.write(`${clear}${seconds()}  ${text}\n${redraws ? shown.line : ''}`);
  return {
    say,
    show(status, application) {
      const where = `${status.phase} ${status.state}`;
      const line = `${seconds()}  ${where} | open: ${status.openSide} | ${applicationText(application)}`;
      const isNews = where !== shown.where || performance.now() - shown.atMs > PLAIN_EVERY_MS;
      if (redraws) out.write(`${clear}${line}`);
      else if (isNews) out.write(`${line}\n`);
      shown = {line, where, atMs: isNews ? performance.now() : shown.atMs};
    },
    end: () => void (redraws && out.write(clear)),
  };
}

function applicationText(report: ApplicationReport | string | undefined): string {
  if (typeof report === 'string') return report;
  if (!report) return 'application starting';
  const {ok, fail, unknown, isHeld} = report;
  const trouble = fail + unknown > 0 ? `, ${fail} refused, ${unknown} unknown` : '';
  return `application ${ok.toLocaleString('en')} acknowledged${trouble}${isHeld ? ', held' : ''}`;
}
