/** `crossfade announce PLAN WHICH`: the text that people are to be told, to be sent by whoever sends it. */
import {Argument} from 'commander';
import {ANNOUNCEMENTS} from '../model/hook.ts';
import {type CommandModule, textOf} from './command.ts';
import {EXIT} from './exit-codes.ts';
import {planArgument} from './plan-argument.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan, or - for stdin')
      .addArgument(new Argument('<which>', 'which text').choices(ANNOUNCEMENTS))
      .option('--at <when>', 'when the database moves, as people are to read it'),
  run: async (invocation) => {
    const {args, options, output} = invocation;
    const {plan} = await planArgument(invocation);
    const {announcement} = await import('../hook/texts.ts');
    const {announcementWords} = await import('./compose-hooks.ts');
    const which = ANNOUNCEMENTS.find((name) => name === args[1]) ?? 'before';
    const text = announcement(which, plan.announcements ?? {}, announcementWords(plan, textOf(options['at'])));
    if (output.isJson) output.document({announcement: which, text});
    else output.data(text);
    return EXIT.done;
  },
};
