/** `crossfade trial PLAN --drop`: empties the places of a trial that has ended or was killed. What no rehearsal has made is left alone. */
import type {Side} from '../model/side.ts';
import {cloningOf} from '../rehearsal/make-clone.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {closeSides, empty} from './clones.ts';
import {textOf, type Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {planArgument} from './plan-argument.ts';
import {openClones, openOriginals, refuseRealPlaces, standInOf} from './rehearse-places.ts';

export async function dropTrial(invocation: Invocation): Promise<ExitCode> {
  const {options, output} = invocation;
  const {plan} = await planArgument(invocation);
  const standIn = standInOf(plan, options);
  const effects = await effectsOf(process.env);
  const originals = await openOriginals(plan, effects);
  const clones = await openClones(standIn.plan, effects);
  const dryRun = options['dryRun'] === true;
  const found: Side[] = [];
  try {
    await refuseRealPlaces(originals, clones);
    for (const side of ['source', 'target'] as const) {
      if ((await cloningOf(clones[side]).whatIsHere()) !== 'a clone') continue;
      found.push(side);
      if (!dryRun) await empty(clones[side], 'trial');
    }
  } finally {
    await Promise.all([closeSides(originals), closeSides(clones)]);
  }
  const places = found.map((side) => textOf(options[`${side}Clone`]) ?? '');
  if (output.isJson) output.document({dryRun, emptied: places, next: []});
  else for (const place of places) output.data(`${place}: ${dryRun ? 'would be emptied' : 'emptied'}`);
  if (places.length === 0) output.say('nothing to do: there is no clone');
  return EXIT.done;
}
