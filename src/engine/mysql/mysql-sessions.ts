import type {OpenOptions} from '../engine.ts';
import type {Pulse} from '../pulse.ts';
import {Sessions} from '../sessions.ts';
import type {FlavourName} from './mysql-flavour.ts';
import {mysqlPulse} from './mysql-pulse.ts';
import {MySession} from './mysql-session.ts';

export class MySessions extends Sessions<MySession> {
  /** What the plan says that the server is. */
  readonly #expected: FlavourName;
  protected readonly pulse: Pulse<MySession>;

  constructor(options: OpenOptions, expected: FlavourName) {
    super(options);
    this.#expected = expected;
    this.pulse = mysqlPulse(options, this.all, () => this.open('pulse'));
  }

  protected connect(label: string): Promise<MySession> {
    return MySession.open(this.options, label, this.#expected);
  }

  /** What each is for, by the server's number. */
  get purposes(): ReadonlyMap<number, string> {
    return new Map([...this.all].map(({serverPid, label}) => [serverPid, label]));
  }
}
