import type {OpenOptions} from '../engine.ts';
import type {Pulse} from '../pulse.ts';
import {Sessions} from '../sessions.ts';
import {postgresPulse} from './postgres-pulse.ts';
import {PgSession} from './postgres-session.ts';

export class PgSessions extends Sessions<PgSession> {
  /** Reads that have to see every transaction older than one of ours, while they wait for that; oldest first. */
  readonly barriers = new Set<{readonly transaction: string; readonly sinceMs: number}>();
  protected readonly pulse: Pulse<PgSession>;

  constructor(options: OpenOptions) {
    super(options);
    this.pulse = postgresPulse(options, this.all, () => this.open('pulse'));
  }

  protected connect(label: string, pipelined: boolean): Promise<PgSession> {
    return PgSession.open(this.options, label, pipelined);
  }
}
