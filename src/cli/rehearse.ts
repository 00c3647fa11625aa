/** `crossfade rehearse PLAN`: the same plan forward, back and forward, on anonymised clones or in an environment, and a record of how it went. */
import {withKeyOptions} from './approver.ts';
import {type Cloned, empty, fromOriginals, withCloneFlags, withClones} from './clones.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {mappingOf} from './compose-mapping.ts';
import {environmentAsked, withEnvironmentFlags} from './environment.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {withOwnJournal} from './own-journal.ts';
import {askedRehearsal, writeRecord} from './rehearse-asked.ts';
import {dropFrom, rehearseIn} from './rehearse-environment.ts';
import {extentWords} from './rehearse-lines.ts';
import {standInOf} from './rehearse-places.ts';
import {askedReplay, record} from './rehearse-recording.ts';
import {measuredRate, RATE} from './rehearse-rate.ts';
import {rehearseThere} from './rehearse-there.ts';
import {surroundingsOf} from './surroundings.ts';
import {dropTrial} from './trial-drop.ts';

export const command: CommandModule = {
  configure: (command) => {
    withEnvironmentFlags(withCloneFlags(command))
      .option(
        '--rate <writes>',
        `writes a second that the load makes meanwhile, ${RATE} unless given; 3x is three times the peak that is measured on the source`,
      )
      .option('--measure <duration>', 'how long the source is looked at for that, or for --record', '1m')
      .option('--record <file>', 'only record what the source writes meanwhile, disguised, and make nothing; its key goes to FILE.key')
      .option('--replay <file>', 'play such a recording at its own pace, instead of writes that are made up')
      .option('-o, --out <file>', 'where the record goes; NAME.rehearsal.json in this folder unless given')
      .option('--report <file>', 'where a page of it goes, as crossfade report makes of a run; none is made unless given')
      .option(
        '--keep',
        'leave the databases that it went on as they are in the end; clones are emptied otherwise, and an environment is put back',
      )
      .option('--drop', 'only take away what an earlier rehearsal has left there, and begin nothing')
      .option('--dry-run', 'look at everything, show what would become of each column, and make nothing');
    withKeyOptions(command);
  },
  run: async (invocation) => {
    const environment = await environmentAsked(invocation);
    const isDrop = invocation.options['drop'] === true;
    if (environment) return isDrop ? dropFrom(environment, invocation) : rehearseIn(environment, invocation);
    if (isDrop) return dropTrial(invocation);
    const file = textOf(invocation.options['record']);
    return fromOriginals(invocation, (cloned) =>
      file === undefined ? rehearseOnClones(cloned, invocation) : record(cloned, file, invocation),
    );
  },
};

async function rehearseOnClones(cloned: Cloned, invocation: Invocation): Promise<ExitCode> {
  const {pinned, originals, effects, folder, extent} = cloned;
  const standIn = standInOf(pinned.plan, invocation.options);
  const asked = await askedRehearsal(pinned.plan, invocation);
  const tables = cloned.choice.tables.map(({table}) => table);
  const replay = await askedReplay(invocation, cloned);
  const rate = await measuredRate(asked.rate, {source: originals.source, tables, effects}, invocation);
  return withClones(replay ? {...cloned, key: replay.key} : cloned, standIn, 'rehearsal', invocation, async (sides, made) => {
    const ground = {
      ...cloned,
      ...{standIn, sides, tables, rate, made, signer: asked.signer, recording: replay?.recording},
      extent: extentWords(extent),
      surroundings: async () => surroundingsOf({pinned, ...originals, tables, mapping: await mappingOf(pinned.plan)}),
    };
    const where = {folder, effects, on: {environment: null}, keep: asked.keep};
    const record = await withOwnJournal(where, pinned, invocation, (own) => rehearseThere(ground, own, invocation));
    await writeRecord(record, asked, invocation);
    if (!asked.keep) for (const side of [sides.source, sides.target]) await empty(side, 'rehearsal');
    return EXIT.done;
  });
}
