/** `crossfade graph [WORKFLOW]`: the phases and every way out of them, as mermaid text. */
import {TerminalError} from '../model/errors.ts';
import {nearest} from '../model/nearest.ts';
import type {Workflow} from '../workflow/workflow.ts';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('[workflow]', 'a workflow', 'live-migration'),
  run: async ({args: [name], output}) => {
    const {workflows} = await import('../../workflows/workflows.ts');
    const mermaid = named(String(name), workflows).graph();
    if (output.isJson) output.document({workflow: name, mermaid});
    else output.data(mermaid.trimEnd());
    return EXIT.done;
  },
};

function named(name: string, workflows: Readonly<Record<string, Workflow>>): Workflow {
  const workflow = Object.hasOwn(workflows, name) ? workflows[name] : undefined;
  if (workflow) return workflow;
  const known = Object.keys(workflows);
  throw new TerminalError(`there is no workflow ${name}`, {
    code: 'CF-USAGE-001',
    next: `crossfade graph ${nearest(name, known) ?? known[0] ?? ''}`,
  });
}
