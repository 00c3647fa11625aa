/** `crossfade watchdog`, started by the cutover and by nobody else: instructions with secrets come on stdin. */
import {text} from 'node:stream/consumers';
import type {MigrationRef} from '../engine/engine.ts';
import {opposite, origin} from '../model/side.ts';
import type {Plan} from '../plan/plan.ts';
import type {WatchdogRequest} from '../watchdog/watchdog.ts';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';

type Instructions = {readonly request: WatchdogRequest; readonly migration: MigrationRef; readonly plan: Plan};

export const command: CommandModule = {
  configure: () => {},
  run: async ({output}) => {
    const {openSides, openSwitches} = await import('./compose.ts');
    const {openFailover} = await import('./compose-failover.ts');
    const {effectsOf} = await import('../runner/system-effects.ts');
    const {watchAttempt} = await import('../watchdog/watch-attempt.ts');
    const {request, migration, plan} = JSON.parse(await text(process.stdin)) as Instructions;
    const effects = await effectsOf(process.env);
    const sides = await openSides(plan, migration, effects, 'watchdog');
    await Promise.all([sides.source.fence.rows(), sides.target.fence.rows()]);
    output.data('ready');
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // whoever read them is gone
    const closingSide = origin(request.direction);
    const openingSide = opposite(closingSide);
    const switches = openSwitches(plan, sides, migration, effects);
    await watchAttempt({
      ...request,
      closing: sides[closingSide],
      opening: sides[openingSide],
      closingSide,
      openingSide,
      switches,
      failover: openFailover(plan, sides.addresses, migration, effects),
      effects,
      note: (line) => output.say(line),
    });
    await Promise.all([sides.source.close(), sides.target.close()]);
    return EXIT.done;
  },
};
