/** `crossfade explain CODE|STEP`: the page of one code or step; without one, all of them with their titles. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {textOf, type CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import type {Page} from './explain-page.ts';
import {explainPages} from './explain-pages.ts';
import {stepPageOf, stepPages} from './explain-steps.ts';
import type {Output} from './output.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('[code]', 'such as CF-CUT-001, or a step such as raise-fence'),
  run: async ({args: [code], output}) => {
    const asked = textOf(code);
    if (asked === undefined) list(output);
    else show(...pageOf(asked), output);
    return EXIT.done;
  },
};

const pages: Readonly<Record<string, Page>> = explainPages;
const steps: Readonly<Record<string, Page>> = stepPages;

function list(output: Output): void {
  const [codes, names] = [titles(pages), titles(steps)];
  if (output.isJson)
    return output.document({codes: codes.map(([code, title]) => ({code, title})), steps: names.map(([step, title]) => ({step, title}))});
  for (const [name, title] of [...codes, ...names]) output.data(`${name.padEnd(NAME_WIDTH)} ${title}`);
}

const NAME_WIDTH = 20;

const titles = (of: Readonly<Record<string, Page>>): (readonly [string, string])[] =>
  Object.entries(of).map(([name, {title}]) => [name, title] as const);

function show(code: string, {title, meaning, normal, action}: Page, output: Output): void {
  if (output.isJson) return output.document({code, title, meaning, normal, action});
  output.data(`${output.paint.bold(code)}: ${title}`);
  output.data(`\n${meaning}\n\nWhen it is normal: ${normal}\nWhat to do: ${action}`);
}

/** However it is written: `cf-cut-001`, `CUT-001`. */
function pageOf(asked: string): [string, Page] {
  const step = stepPageOf(asked.toLowerCase());
  if (step) return [asked.toLowerCase(), step];
  const code = asked.toUpperCase().replace(/^(?!CF-)/, 'CF-');
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  if (page) return [code, page];
  const meant = nearest(code, Object.keys(pages)) ?? nearest(asked, Object.keys(steps));
  const next = meant === undefined ? 'crossfade explain lists all codes and steps' : `crossfade explain ${meant}`;
  throw new TerminalError(`there is no code or step ${asked}`, {code: 'CF-USAGE-001', next});
}
