/**
 * Watches what routers report for as long as the source is open, when no phase does: at gates, and while a cutover is waited
 * for, which may take days. One proven difference, or too many errors among as many reads as a share has, brings all reads
 * back to the source. The run goes on meanwhile, and the gate `reads-match` keeps the writes from moving; a share of the
 * reads is still compared, so that it turns green when the cause is settled. Lives as long as its runner.
 */
import type {JournalFact} from '../journal/journal.ts';
import type {ReadTally} from '../model/read-tally.ts';
import {BackgroundWork} from './background-work.ts';
import type {PhaseContext} from './phase.ts';
import {writeReadRoute} from './read-route.ts';
import {readFault, reportedReads, readsOf} from './reported-reads.ts';
import {errorText} from '../model/errors.ts';

const LOOK_EVERY_MS = 1_000;
/** A difference that is found again when all reads are back already is told this often at most. */
const AGAIN_MS = 60_000;

type StandingContext = Pick<PhaseContext, 'plan' | 'source' | 'target' | 'effects' | 'clock' | 'telemetry'>;

export class StandingReads {
  readonly #context: StandingContext;
  readonly #work: BackgroundWork;
  readonly #errors = new RecentErrors();
  #record: (fact: JournalFact) => Promise<void> = async () => {};
  #againMs = 0;
  #trouble: string | undefined;

  constructor(context: StandingContext) {
    this.#context = context;
    this.#work = new BackgroundWork(context.clock, (error) => this.#failed(error));
  }

  /** `record`: durable when it returns. Nothing of it where the plan moves no reads. Ends with `signal`, or with `stop`. */
  start(record: (fact: JournalFact) => Promise<void>, signal: AbortSignal): void {
    this.#record = record;
    if (this.#context.plan.plan.reads) this.#work.repeat(LOOK_EVERY_MS, signal, () => this.#look());
  }

  stop(): void {
    this.#work.stop();
  }

  /** Whoever moves the reads is told of faults by himself. */
  whileStill<T>(act: () => Promise<T>): Promise<T> {
    return this.#work.whileStill(act);
  }

  /** A cutover that begins meanwhile writes a newer epoch, which keeps this from writing over it. */
  async #look(): Promise<void> {
    const {source, clock, telemetry} = this.#context;
    const {failuresMax, shadow, shift} = readsOf(this.#context);
    const route = await source.control.readRoute();
    if (!route?.dual || route.side !== 'source' || route.state !== 'open') return;
    const {tally} = await reportedReads(this.#context, route.version);
    const fault = readFault(this.#errors.since(route.version, tally, shift.answered), failuresMax);
    this.#trouble = undefined;
    if (!fault || (route.readPercent === 0 && clock.monotonicMs() < this.#againMs)) return;
    this.#againMs = clock.monotonicMs() + AGAIN_MS;
    const text = `${fault.code}: ${fault.words}; ${route.readPercent > 0 ? 'all reads go back to the source' : 'reads are counted anew'}`;
    telemetry.note(text);
    await this.#record({type: 'note', text}); // first: whoever writes a route begins to count anew
    await writeReadRoute(this.#context, {readPercent: 0, dual: {shadowPercent: shadow.percent}});
  }

  #failed(error: unknown): void {
    const trouble = errorText(error);
    if (trouble !== this.#trouble) this.#context.telemetry.note(`reads could not be watched, and are tried again: ${trouble}`);
    this.#trouble = trouble;
  }
}

/** Errors of long ago say nothing of now: every so many reads they are counted anew. */
class RecentErrors {
  #from = {version: -1, tried: 0, failed: 0};

  since(version: number, tally: ReadTally, reads: number): ReadTally {
    const {served, equal, failed} = tally;
    const tried = served + equal + failed;
    if (version !== this.#from.version) this.#from = {version, tried: 0, failed: 0};
    const recent = {...tally, failed: failed - this.#from.failed};
    if (tried - this.#from.tried >= reads) this.#from = {version, tried, failed};
    return recent;
  }
}
