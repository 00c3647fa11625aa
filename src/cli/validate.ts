/** `crossfade validate FILE`: reads the file only, connects to nothing. */
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {hookLines, hooksDocument} from './hook-lines.ts';
import {planArgument} from './plan-argument.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<file>', 'the plan, or - for stdin'),
  run: async (invocation) => {
    const {
      args: [file],
      output,
    } = invocation;
    const {plan, checksum} = await planArgument(invocation);
    const hooks = hooksDocument(plan);
    if (output.isJson) output.document({valid: true, file, name: plan.name, workflow: plan.workflow, checksum, hooks});
    else {
      output.data(`${String(file)} is valid: ${plan.name} (${plan.workflow}), checksum ${checksum.slice(0, 12)}`);
      for (const line of hookLines(plan)) output.data(line);
    }
    output.say(`Next: crossfade doctor ${String(file)}`);
    return EXIT.done;
  },
};
