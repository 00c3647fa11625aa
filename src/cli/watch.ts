/** `crossfade watch`: the run as it goes on, from the journal and the runner's numbers. It never stops the run. */
import type {JournalStore} from '../journal/journal.ts';
import {runState} from '../journal/run-state.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {currentPerson} from './actor.ts';
import type {CommandModule, Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {chooseRun, runsOf, withRunOption, withState, type Run} from './run-choice.ts';
import {look, statusDocument} from './status-document.ts';
import {WatchLines} from './watch-lines.ts';
import {roleFault} from './role-guard.ts';
import {type Asked, requestWords, signalFor, unexplainedWords} from './watch-requests.ts';
import {watchView, type Watched} from './watch-view.ts';
import {watchedNow} from './watched.ts';
import {errorText} from '../model/errors.ts';

/** Between two looks at the journal. */
const LOOK_MS = 300;
/** Narrower than this, plain lines say more than a picture. */
const COLUMNS_MIN = 60;

export const command: CommandModule = {
  configure: (command) => void withRunOption(command),
  run: (invocation) =>
    withState(invocation, async (store) => {
      const run = chooseRun(await runsOf(store), invocation, {finishedToo: true});
      return canDraw(invocation) ? draw(run, store, invocation) : print(run, store, invocation);
    }),
};

/** `CI` and `TERM=dumb` say so themselves. Without keys there would be no way out of the picture. */
function canDraw({global}: Invocation): boolean {
  const {CI, TERM} = process.env;
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY && process.stdout.columns >= COLUMNS_MIN;
  return isTerminal && !global.json && !CI && TERM !== 'dumb';
}

async function print(run: Run, store: JournalStore, {output}: Invocation): Promise<ExitCode> {
  let watched = await lookAt(run, store);
  const lines = new WatchLines(output, () => statusDocument({...run, ...watched}, look(watched, watched.report), watched.report));
  for (;;) {
    lines.show(watchView(watched), watched.entries, watched.now, systemEffects.clock.monotonicMs());
    if (watched.state.isFinal || output.isUnread()) return EXIT.done;
    await systemEffects.clock.sleep(LOOK_MS);
    watched = await lookAt({...run, entries: watched.entries}, store);
  }
}

async function draw(run: Run, store: JournalStore, {output}: Invocation): Promise<ExitCode> {
  const {openLiveView} = await import('./watch-live.ts');
  const detached = new AbortController();
  let code: ExitCode = EXIT.done;
  let watched = await lookAt(run, store);
  const leave = (with_: ExitCode): void => {
    code = with_;
    detached.abort();
  };
  const live = openLiveView(watchView(watched), output.paint.isColorSupported, (request) => {
    if (request === 'detach') return leave(EXIT.done);
    if (request === 'interrupt') return leave(EXIT.interrupted);
    void ask(request, run, watched).then(live.say, (error: unknown) => live.say(errorText(error)));
  });
  try {
    while (!watched.state.isFinal && !detached.signal.aborted) {
      await systemEffects.clock.sleep(LOOK_MS, detached.signal);
      watched = await lookAt({...run, entries: watched.entries}, store);
      live.show(watchView(watched));
    }
  } finally {
    await live.close();
  }
  output.say(
    watched.state.isFinal ? `${watched.state.plan.name} is ${watched.state.status}` : 'Detached; the run goes on. Next: crossfade watch',
  );
  return code;
}

/** Entries are only ever added, so those known are not read again. */
async function lookAt({id, journal, entries: known}: Run, store: JournalStore): Promise<Watched> {
  const fresh = await journal.entries(known.length);
  const entries = [...known, ...fresh];
  return watchedNow({id, state: runState(entries), entries}, store, systemEffects.clock);
}

/** What came of it is a line on the screen, and soon an entry. */
async function ask(asked: Asked, {journal}: Run, {state, alive}: Watched): Promise<string> {
  const signal = signalFor(asked, state);
  if (typeof signal === 'string') return signal;
  const actor = currentPerson();
  const fault = roleFault(signal.type, state, actor);
  if (fault) return `${fault.message}; ${fault.next}`;
  const unexplained = unexplainedWords(signal, state);
  if (unexplained) return unexplained;
  await journal.append({type: 'signal', signal, actor, reason: undefined});
  const words = `${requestWords(signal)} is recorded`;
  return alive === false ? `${words}; no runner is at work, crossfade resume takes it up` : words;
}
