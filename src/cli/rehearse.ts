/** `crossfade rehearse PLAN`: the same plan forward, back and forward on an anonymised clone, and a record of how it went. */
import {join} from 'node:path';
import {statePlace, openStateStore} from '../journal/state-store.ts';
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import {chooseDisguises} from '../rehearsal/choose-disguises.ts';
import {Load} from '../rehearsal/load.ts';
import {cloningOf, makeClone, type MadeClone} from '../rehearsal/make-clone.ts';
import type {Extent, TableDisguise} from '../rehearsal/rehearsal.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {keyIn, withKeyOptions} from './approver.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import type {Sides} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {durationFlag} from './duration-flag.ts';
import {EXIT} from './exit-codes.ts';
import {planArgument} from './plan-argument.ts';
import {isThere, writeNewFile} from './new-file.ts';
import {signerOf} from './rehearse-signer.ts';
import {goThere} from './rehearse-course.ts';
import {sayDisguises, sayRecord} from './rehearse-lines.ts';
import {openClones, openOriginals, refuseRealPlaces, standInOf} from './rehearse-places.ts';
import {recordOf} from './rehearse-record.ts';
import {begin} from './run.ts';
import {surroundingsOf} from './surroundings.ts';

const TIMEOUT_MS = 30 * 60_000;

export const command: CommandModule = {
  configure: (command) => {
    command
      .argument('<file>', 'the plan, or - for stdin')
      .option(
        '--source-clone <reference>',
        'an empty PostgreSQL database for the clone of the source: env:NAME, file:/path or exec:command',
      )
      .option('--target-clone <reference>', 'an empty one that stands for the target, of its version')
      .option('--sample <rows>', 'about so many rows of each table and all that they refer to; the whole source unless given')
      .option('--rate <writes>', 'writes a second that the load makes meanwhile', '20')
      .option('--timeout <duration>', 'give up when a gate has been red for so long', '30m')
      .option('-o, --out <file>', 'where the record goes; NAME.rehearsal.json in this folder unless given')
      .option('--keep', 'leave the clones as they are in the end; they are emptied otherwise')
      .option('--dry-run', 'show what would become of each column, and make nothing');
    withKeyOptions(command);
  },
  run: async (invocation) => {
    const {options, output} = invocation;
    const pinned = await planArgument(invocation);
    const {plan} = pinned;
    const effects = await effectsOf(process.env);
    const originals = await openOriginals(plan, effects);
    try {
      await originals.source.identity();
      const tables = await originals.source.catalog.tables(plan.scope);
      const ties = await cloningOf(originals.source).ties(tables);
      const choice = chooseDisguises(tables, ties, plan.rehearsal?.columns ?? []);
      if (options['dryRun'] === true) return sayDisguises(choice, invocation);
      if (choice.faults.length > 0) throw unclear(choice.faults);
      const request = {...asked(invocation), tables: choice.tables, ties, pinned, effects, originals};
      return await rehearse(request, invocation);
    } finally {
      await closeSides(originals);
      output.detail('the databases of the plan were only read');
    }
  },
};

type Request = ReturnType<typeof asked> & {
  readonly tables: readonly TableDisguise[];
  readonly ties: Awaited<ReturnType<ReturnType<typeof cloningOf>['ties']>>;
  readonly pinned: Awaited<ReturnType<typeof planArgument>>;
  readonly effects: Awaited<ReturnType<typeof effectsOf>>;
  readonly originals: Sides;
};

async function rehearse(request: Request, invocation: Invocation) {
  const {pinned, effects, originals} = request;
  const {output, options} = invocation;
  const {plan} = pinned;
  const standIn = standInOf(plan, options);
  const file = textOf(options['out']) ?? `${plan.name}.rehearsal.json`;
  if (isThere(file) && !invocation.global.yes)
    throw new TerminalError(`${file} is there already`, {
      code: 'CF-USAGE-001',
      next: 'give --yes to replace it, or another file with --out',
    });
  const signer = signerOf(plan, await keyIn(options));
  const clones = await openClones(standIn.plan, effects);
  try {
    await refuseRealPlaces(originals, clones);
    const made = await clone(request, clones, invocation);
    const id = effects.randomId();
    const store = await openStateStore(stateFolder(invocation, id), effects);
    try {
      const journal = await begin(await store.create(id, plan.name), pinned);
      const load = loadOn(request, clones);
      const course = await load.during(() => goThere({...request, store, journal, standIn, load, output, global: invocation.global}));
      const account = await load.account();
      const around = await surroundings(request);
      const record = await recordOf({
        id,
        around,
        made,
        clones,
        extent: request.extent,
        standIn,
        course,
        account,
        scope: plan.scope,
        signer,
        effects,
      });
      if (account.lost.length > 0) throw lost(account.lost);
      await writeNewFile(file, `${JSON.stringify(record, null, 2)}\n`, true);
      sayRecord(record, around, file, invocation);
    } finally {
      await store.close();
    }
    if (options['keep'] !== true)
      for (const side of [clones.source, clones.target]) await cloningOf(side).claim('emptied after a rehearsal');
    return EXIT.done;
  } finally {
    await closeSides(clones);
  }
}

async function clone({tables, ties, extent, effects, pinned, originals}: Request, clones: Sides, {output}: Invocation): Promise<MadeClone> {
  const note = `clone for a rehearsal of ${pinned.plan.name}, begun ${effects.clock.now().toISOString()}`;
  await cloningOf(clones.target).claim(note);
  return makeClone({
    original: originals.source,
    clone: clones.source,
    tables,
    ties,
    extent,
    key: `${effects.randomId()} ${effects.randomId()}`,
    note,
    say: (text) => output.say(text),
  });
}

/** Tables that look different on the target are not written: the load knows them by one name only. */
function loadOn({tables, ties, rate, effects, pinned}: Request, clones: Sides): Load {
  const mapped = new Set((pinned.plan.mapping ?? []).map(({from}) => nameOf(from)));
  return new Load({
    sides: {source: cloningOf(clones.source), target: cloningOf(clones.target)},
    tables: tables.map(({table}) => table).filter(({name}) => !mapped.has(nameOf(name))),
    ties,
    rate,
    clock: effects.clock,
  });
}

async function surroundings({pinned, originals, tables}: Request) {
  return surroundingsOf({pinned, ...originals, tables: tables.map(({table}) => table), mapping: await mappingOf(pinned.plan)});
}

function asked({options}: Invocation) {
  const number = (name: string): number | undefined => {
    const text = textOf(options[name]);
    if (text === undefined) return undefined;
    if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
    throw new TerminalError(`--${name} cannot be ${text}`, {code: 'CF-USAGE-001', next: 'give a whole number above 0'});
  };
  const rows = number('sample');
  const extent: Extent = rows === undefined ? {kind: 'whole'} : {kind: 'sample', rows};
  return {extent, rate: number('rate') ?? 20, timeoutMs: durationFlag(options, 'timeout') ?? TIMEOUT_MS};
}

/** Its journal is its own: nobody takes it for one of the real run. */
function stateFolder({global}: Invocation, id: string): string {
  const {place} = statePlace(global.state);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(place)) return join(place, 'rehearsals', id);
  throw new TerminalError('a rehearsal keeps a journal of its own, in a folder', {code: 'CF-USAGE-001', next: 'give --state FOLDER'});
}

const unclear = (faults: readonly string[]): TerminalError =>
  new TerminalError(['it is not clear what becomes of these columns:', ...faults].join('\n  '), {
    code: 'CF-REHEARSE-002',
    next: 'write them under rehearsal: columns in the plan; crossfade rehearse PLAN --dry-run shows all of them',
  });

const lost = (rows: readonly string[]): TerminalError =>
  new TerminalError(`acknowledged writes of the load are not there: ${rows.slice(0, 5).join('; ')}`, {
    code: 'CF-REHEARSE-005',
    next: 'do not run this plan; keep the clones (they are as the run left them) and report it',
  });

const closeSides = async ({source, target}: Sides): Promise<void> => void (await Promise.all([source.close(), target.close()]));
