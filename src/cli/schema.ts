/** `crossfade schema`: the JSON Schema of a plan, the same text as the file `plan.schema.json`. */
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: () => {},
  run: async ({output}) => {
    const {planJsonSchemaText} = await import('../plan/json-schema.ts');
    output.data(planJsonSchemaText().trimEnd());
    output.say('Next: put `# yaml-language-server: $schema=plan.schema.json` into the first line of your plan');
    return EXIT.done;
  },
};
