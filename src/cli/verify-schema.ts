/** `crossfade verify --schema`: compares both catalogues. Reads only, needs neither lease nor stream, and disturbs no runner. */
import {reshapedSchema} from '../phase/reshaped-schema.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {compareSchemas, wordsOf} from '../verify/schema-compare.ts';
import type {Invocation} from './command.ts';
import {openSides, refOf} from './compose.ts';
import {mappedTables} from './compose-mapping.ts';
import {pinnedPlanOf} from './pinned-plan.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import type {Run} from './run-choice.ts';

export const verifySchema = async ({journal, state}: Run, {output}: Invocation): Promise<ExitCode> => {
  const {plan} = await pinnedPlanOf(state);
  const sides = await openSides(plan, refOf(journal.migration, plan.name), await effectsOf(process.env));
  try {
    const {tables, mapping} = mappedTables(plan, sides.source, sides.target);
    const source = {database: sides.source, tables: await tables('source')};
    const target = {database: sides.target, tables: await tables('target')};
    const shapes = await reshapedSchema({target: sides.target, tables: source.tables, mapping: await mapping()});
    const {objects, differences, notes} = await compareSchemas(source, target, shapes);
    if (output.isJson) output.document({equal: differences.length === 0, objects, differences, notes});
    else {
      for (const difference of differences) output.data(wordsOf(difference));
      for (const note of notes) output.say(`note: ${wordsOf(note)}`);
      output.data(differences.length ? `${differences.length} of ${objects} objects differ` : `equal: ${objects} objects`);
    }
    output.say('Next: crossfade status');
    return differences.length ? EXIT.noGo : EXIT.done;
  } finally {
    await Promise.all([sides.source.close(), sides.target.close()]);
  }
};
