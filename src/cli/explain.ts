/** `crossfade explain WORD`: the page of one code, phase, step, gate, throttle or metric; without one, all of them with their titles. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import {textOf, type CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {type Page, runbookPage} from './explain-page.ts';
import {explainPages} from './explain-pages.ts';
import {codeOf, subjects} from './explain-subjects.ts';
import {stepPageOf} from './explain-steps.ts';
import type {Output} from './output.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command.argument('[code]', 'such as CF-CUT-001, a phase, a step such as raise-fence, a gate, a throttle or a metric'),
  run: async ({args: [code], output}) => {
    const asked = textOf(code);
    if (asked === undefined) list(output);
    else show(...pageOf(asked), output);
    return EXIT.done;
  },
};

function list(output: Output): void {
  const all = subjects.map(({kind, one, pages}) => ({kind, one, titles: Object.entries(pages).map(([name, {title}]) => ({name, title}))}));
  if (output.isJson)
    return output.document(
      Object.fromEntries(all.map(({kind, one, titles}) => [kind, titles.map(({name, title}) => ({[one]: name, title}))])),
    );
  for (const {name, title} of all.flatMap(({titles}) => titles)) output.data(`${name.padEnd(NAME_WIDTH)} ${title}`);
}

const NAME_WIDTH = 20;

function show(code: string, {title, meaning, normal, action}: Page, output: Output): void {
  const section = Object.hasOwn(explainPages, code) ? runbookPage(code) : undefined;
  if (output.isJson) return output.document({code, title, meaning, normal, action, page: section ?? null});
  output.data(`${output.paint.bold(code)}: ${title}`);
  output.data(`\n${meaning}\n\nWhen it is normal: ${normal}\nWhat to do: ${action}`);
  if (section !== undefined) output.data(`Runbook: ${section}`);
}

/** However it is written: `cf-cut-001`, `CUT-001`, `replica-lag` for the throttle of that name. */
function pageOf(asked: string): [string, Page] {
  const step = stepPageOf(asked.toLowerCase());
  if (step) return [asked.toLowerCase(), step];
  for (const name of [asked.toLowerCase(), codeOf(asked), `throttle.${asked.toLowerCase()}`]) {
    const found = subjects.find(({pages}) => Object.hasOwn(pages, name))?.pages[name];
    if (found) return [name, found];
  }
  const names = subjects.flatMap(({pages}) => Object.keys(pages));
  const meant = nearest(codeOf(asked), names) ?? nearest(asked, names);
  const next =
    meant === undefined ? 'crossfade explain lists all codes, phases, steps, gates, throttles and metrics' : `crossfade explain ${meant}`;
  throw new TerminalError(`there is no code, phase, step, gate, throttle or metric ${asked}`, {code: 'CF-USAGE-001', next});
}
