/** `crossfade explain CODE|STEP|GATE`: the page of one code, step or gate; without one, all of them with their titles. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {textOf, type CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {gatePages} from './explain-gates.ts';
import type {Page} from './explain-page.ts';
import {explainPages} from './explain-pages.ts';
import {stepPageOf, stepPages} from './explain-steps.ts';
import type {Output} from './output.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('[code]', 'such as CF-CUT-001, a step such as raise-fence, or a gate such as row-count'),
  run: async ({args: [code], output}) => {
    const asked = textOf(code);
    if (asked === undefined) list(output);
    else show(...pageOf(asked), output);
    return EXIT.done;
  },
};

const pages: Readonly<Record<string, Page>> = explainPages;
const steps: Readonly<Record<string, Page>> = stepPages;
const gates: Readonly<Record<string, Page>> = gatePages;

function list(output: Output): void {
  const [codes, names, asked] = [titles(pages), titles(steps), titles(gates)];
  if (output.isJson)
    return output.document({
      codes: codes.map(([code, title]) => ({code, title})),
      steps: names.map(([step, title]) => ({step, title})),
      gates: asked.map(([gate, title]) => ({gate, title})),
    });
  for (const [name, title] of [...codes, ...names, ...asked]) output.data(`${name.padEnd(NAME_WIDTH)} ${title}`);
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
  const gate = Object.hasOwn(gates, asked.toLowerCase()) ? gates[asked.toLowerCase()] : undefined;
  if (gate) return [asked.toLowerCase(), gate];
  const code = asked.toUpperCase().replace(/^(?!CF-)/, 'CF-');
  const page = Object.hasOwn(pages, code) ? pages[code] : undefined;
  if (page) return [code, page];
  const meant = nearest(code, Object.keys(pages)) ?? nearest(asked, [...Object.keys(steps), ...Object.keys(gates)]);
  const next = meant === undefined ? 'crossfade explain lists all codes, steps and gates' : `crossfade explain ${meant}`;
  throw new TerminalError(`there is no code, step or gate ${asked}`, {code: 'CF-USAGE-001', next});
}
