/** `crossfade rehearse PLAN`: the same plan forward, back and forward on an anonymised clone, and a record of how it went. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import {Load, type LoadRate} from '../rehearsal/load.ts';
import {cloningOf, type MadeClone} from '../rehearsal/make-clone.ts';
import {keyIn, withKeyOptions} from './approver.ts';
import {type Cloned, empty, fromOriginals, withCloneFlags, withClones, withOwnJournal} from './clones.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import type {Sides} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {isThere, writeNewFile} from './new-file.ts';
import {goThere} from './rehearse-course.ts';
import {sayRecord} from './rehearse-lines.ts';
import {standInOf} from './rehearse-places.ts';
import {askedRate, measuredRate, RATE} from './rehearse-rate.ts';
import {recordOf} from './rehearse-record.ts';
import {signerOf} from './rehearse-signer.ts';
import {surroundingsOf} from './surroundings.ts';

export const command: CommandModule = {
  configure: (command) => {
    withCloneFlags(command)
      .option(
        '--rate <writes>',
        'writes a second that the load makes meanwhile; 3x is three times the peak that is measured on the source',
        String(RATE),
      )
      .option('--measure <duration>', 'how long the source is looked at for that', '1m')
      .option('-o, --out <file>', 'where the record goes; NAME.rehearsal.json in this folder unless given')
      .option('--keep', 'leave the clones as they are in the end; they are emptied otherwise')
      .option('--dry-run', 'show what would become of each column, and make nothing');
    withKeyOptions(command);
  },
  run: (invocation) => fromOriginals(invocation, (cloned) => rehearse(cloned, invocation)),
};

async function rehearse(cloned: Cloned, invocation: Invocation): Promise<ExitCode> {
  const {options, global} = invocation;
  const {plan} = cloned.pinned;
  const standIn = standInOf(plan, options);
  const asked = askedRate(options);
  const file = textOf(options['out']) ?? `${plan.name}.rehearsal.json`;
  if (isThere(file) && !global.yes)
    throw new TerminalError(`${file} is there already`, {
      code: 'CF-USAGE-001',
      next: 'give --yes to replace it, or another file with --out',
    });
  const signer = signerOf(plan, await keyIn(options));
  const rate = await measuredRate(asked, cloned, invocation);
  return withClones(cloned, standIn, 'rehearsal', invocation, async (clones, made) => {
    const record = await runThere({cloned, standIn, clones, made, signer, rate}, invocation);
    await writeNewFile(file, `${JSON.stringify(record, null, 2)}\n`, true);
    sayRecord(record, file, invocation);
    if (options['keep'] !== true) for (const side of [clones.source, clones.target]) await empty(side, 'rehearsal');
    return EXIT.done;
  });
}

type Rehearsal = {
  readonly cloned: Cloned;
  readonly standIn: ReturnType<typeof standInOf>;
  readonly clones: Sides;
  readonly made: MadeClone;
  readonly signer: ReturnType<typeof signerOf>;
  readonly rate: LoadRate;
};

function runThere({cloned, rate, ...rest}: Rehearsal, invocation: Invocation) {
  const {effects, pinned, extent} = cloned;
  const {output, global} = invocation;
  return withOwnJournal(effects, pinned, invocation, async (own) => {
    const load = loadOn(cloned, rest.clones, rate);
    const course = await load.during(() => goThere({...cloned, ...own, ...rest, load, output, global}));
    const account = await load.account();
    const around = await surroundings(cloned);
    if (account.lost.length > 0) throw lost(account.lost);
    return recordOf({...rest, id: own.id, around, extent, course, account, scope: pinned.plan.scope, effects});
  });
}

/** Tables that look different on the target are not written: the load knows them by one name only. */
function loadOn({choice, ties, effects, pinned}: Cloned, clones: Sides, rate: LoadRate): Load {
  const mapped = new Set((pinned.plan.mapping ?? []).map(({from}) => nameOf(from)));
  return new Load({
    sides: {source: cloningOf(clones.source), target: cloningOf(clones.target)},
    tables: choice.tables.map(({table}) => table).filter(({name}) => !mapped.has(nameOf(name))),
    ties,
    rate,
    clock: effects.clock,
  });
}

async function surroundings({pinned, originals, choice}: Cloned) {
  return surroundingsOf({pinned, ...originals, tables: choice.tables.map(({table}) => table), mapping: await mappingOf(pinned.plan)});
}

const lost = (rows: readonly string[]): TerminalError =>
  new TerminalError(`acknowledged writes of the load are not there: ${rows.slice(0, 5).join('; ')}`, {
    code: 'CF-REHEARSE-005',
    next: 'do not run this plan; keep the clones (they are as the run left them) and report it',
  });
