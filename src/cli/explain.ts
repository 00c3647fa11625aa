/** `crossfade explain CODE`: the page of one code; without one, all codes with their titles. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {textOf, type CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import type {Page} from './explain-page.ts';
import {explainPages} from './explain-pages.ts';
import type {Output} from './output.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('[code]', 'such as CF-CUT-001'),
  run: async ({args: [code], output}) => {
    const asked = textOf(code);
    if (asked === undefined) list(output);
    else show(...pageOf(asked), output);
    return EXIT.done;
  },
};

const pages: Readonly<Record<string, Page>> = explainPages;

function list(output: Output): void {
  if (output.isJson) output.document({codes: Object.entries(pages).map(([code, {title}]) => ({code, title}))});
  else for (const [code, {title}] of Object.entries(pages)) output.data(`${code.padEnd(14)} ${title}`);
}

function show(code: string, {title, meaning, normal, action}: Page, output: Output): void {
  if (output.isJson) return output.document({code, title, meaning, normal, action});
  output.data(`${output.paint.bold(code)}: ${title}`);
  output.data(`\n${meaning}\n\nWhen it is normal: ${normal}\nWhat to do: ${action}`);
}

/** However it is written: `cf-cut-001`, `CUT-001`. */
function pageOf(asked: string): [string, Page] {
  const code = asked.toUpperCase().replace(/^(?!CF-)/, 'CF-');
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  if (page) return [code, page];
  const meant = nearest(code, Object.keys(pages));
  const next = meant === undefined ? 'crossfade explain lists all codes' : `crossfade explain ${meant}`;
  throw new TerminalError(`there is no code ${asked}`, {code: 'CF-USAGE-001', next});
}
