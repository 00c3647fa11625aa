/**
 * What a migration plan says, after parsing: defaults filled in, durations in milliseconds, sizes in bytes.
 * Made by `plan-file.ts` at the edge; everything below it relies on these types and never looks at the file again.
 */
import type {ColumnRule} from '../model/column-disguise.ts';
import type {ConversionRules} from '../model/conversion-rules.ts';
import type {AnnouncementTexts, HookRule} from '../model/hook.ts';
import type {TableRule} from '../model/mapping-rules.ts';
import type {Person} from '../model/person.ts';
import type {PlannedOperation} from '../model/planned-operation.ts';
import type {StatementRules} from '../model/statement-comparison.ts';

export type SecretReference = {readonly kind: 'env' | 'file' | 'exec' | 'literal'; readonly value: string};

export type TlsOptions = {readonly mode: 'verify-full' | 'disable'; readonly ca?: string};

export type DatabasePlan = {
  /** A folder of `src/engine`. */
  readonly engine: string;
  readonly url: SecretReference;
  readonly tls?: TlsOptions;
  /** Bytes that this server may take in all, its log included; what can be measured is looked at as well. */
  readonly disk?: number;
};

export type SchemaPlan =
  | {readonly kind: 'catalog'}
  /** The source's catalogue in the language of another engine. */
  | {readonly kind: 'convert'}
  | {readonly kind: 'files'; readonly preData: string; readonly postData: string}
  | {readonly kind: 'existing'}
  | {readonly kind: 'pg_dump'};

/** One gate or switch as the plan writes it: the member's file name and its settings. */
export type Named = {readonly name: string; readonly settings: Readonly<Record<string, unknown>>};

export type CanaryPlan =
  | 'off'
  | {
      /** The application's addresses at poolers and proxies. */
      readonly paths?: readonly SecretReference[];
      /** Its addresses for `crossfade/router`, both or none. */
      readonly source?: SecretReference;
      readonly target?: SecretReference;
      readonly onFailure: 'wait' | 'reverse';
    };

export type RetentionPlan = {
  /** How long before a limit people are warned. */
  readonly marginMs: number;
  /** Who wins when the log kept for the run fills the disk of a server that others depend on. */
  readonly atLimit: 'dropSlot' | 'stop';
};

/** Programs with their arguments, once per side and call; `program-failover.ts` says with which facts. */
export type FailoverPlan = {
  readonly pause: readonly string[];
  readonly resume: readonly string[];
  readonly observe: readonly string[];
  /** As the automation names them; `host:port` of the plan's addresses when absent. */
  readonly primary?: {readonly source: string; readonly target: string};
  /** By the name of the environment variable. */
  readonly secrets?: Readonly<Record<string, SecretReference>>;
};

/** How the reads of an application with `crossfade/router` move before its writes. */
export type ReadsPlan = {
  /** schema.table: the application's own table in which its writes leave their tokens. */
  readonly outbox: string;
  /** `percent` of the reads are tried on both sides, until `equal` of them had the same answer. */
  readonly shadow: {readonly percent: number; readonly equal: number};
  /** Shares of the reads that the target answers, one after the other, each until it has answered so many. */
  readonly shift: {readonly steps: readonly number[]; readonly answered: number};
  /** With more failures than this at one share the reads go back to the source. */
  readonly failuresMax: number;
};

export type RelayPlan = {readonly kind: 'in-process'} | KafkaRelayPlan;

export type KafkaRelayPlan = {
  readonly kind: 'kafka';
  /** Which library speaks to the brokers. */
  readonly client: 'kafkajs' | 'platformatic';
  /** `host:port`. */
  readonly brokers: readonly string[];
  readonly tls?: TlsOptions;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: SecretReference;
  };
  /** Of Kafka Connect's REST API. */
  readonly connect: SecretReference;
  /** As the workers of Kafka Connect reach it. */
  readonly source?: SecretReference;
  /** `${provider:path:key}`. */
  readonly password?: string;
  readonly retentionMs: number;
  readonly replicas: number;
  readonly messageBytesMax: number;
};

/** What is looked at in the reverse window. */
export type AfterSwitchPlan = {
  readonly statements?: StatementRules;
  /** `settings`: those of the gate `error-rate`. */
  readonly watch?: readonly {
    readonly name: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly forMs: number;
    readonly onExceeded: 'tell' | 'reverse';
  }[];
};

export type Plan = {
  readonly name: string;
  readonly workflow: string;
  /** Of a change in place both sides are the one database it has. */
  readonly source: DatabasePlan;
  readonly target: DatabasePlan;
  readonly schema: SchemaPlan;
  /** `schema.table` patterns; `*` matches within one part. */
  readonly scope: {readonly tables: readonly string[]; readonly exclude: readonly string[]};
  /** `valueBytesMax`: the largest single value; the engine's own limit when absent. */
  readonly load: {readonly parallel: number; readonly chunkBytes: number; readonly valueBytesMax?: number};
  readonly relay: RelayPlan;
  /** When work that can wait does; absent: only when somebody asks for it. */
  readonly throttle?: readonly Named[];
  /** By phase, in the order they are asked. */
  readonly gates: Readonly<Record<string, readonly Named[]>>;
  readonly switch: readonly Named[];
  readonly cutover: {readonly start: 'manual' | 'auto'; readonly stallBudgetMs: number; readonly onBlockers: 'abort' | 'terminate'};
  /** `allowLoss`: the way back is wanted even without the values that cannot take it. `misfits`: rows that the source refuses; `stop` when absent. */
  readonly reverse: {readonly windowMs: number; readonly misfits?: 'stop' | 'park'; readonly allowLoss?: true};
  /** How the two servers are kept from running full; `retention.ts` says what absent means. */
  readonly retention?: RetentionPlan;
  /** What becomes of single columns in a clone for rehearsals; the others follow their names and types. */
  readonly rehearsal?: {readonly columns: readonly ColumnRule[]};
  /** Tables that look different on the target; absent where none does. */
  readonly mapping?: readonly TableRule[];
  /** What the schema of one engine becomes on another, where the first choice of the conversion is not wanted. */
  readonly conversion?: ConversionRules;
  /** `people`: whoever may sign; absent, an account of the machine is enough. */
  readonly approval: {
    readonly quorum: number;
    readonly starterMay: boolean;
    readonly expiresMs: number;
    readonly people?: readonly Person[];
  };
  readonly allowOlder: boolean;
  /** Along which paths of the application tokens are written during a cutover; `canary-paths.ts` says what absent means. */
  readonly canary?: CanaryPlan;
  /** `after-switch.ts` says what absent means. */
  readonly afterSwitch?: AfterSwitchPlan;
  /** Who is told that no other server may become primary during a cutover; absent: nobody. */
  readonly failover?: FailoverPlan;
  /** Database roles the application connects as: looked at before the cutover, counted on the closed side after it. */
  readonly applicationRoles: readonly string[];
  /** Who is told what happens, by moment, in this order. */
  readonly hooks?: readonly HookRule[];
  /** The plan's own words for the texts that people are told. */
  readonly announcements?: AnnouncementTexts;
  /** Only of a move that begins with the reads. */
  readonly reads?: ReadsPlan;
  /** What a change in place does to its database, in this order; only such a plan has it. */
  readonly operations?: readonly PlannedOperation[];
};

/** Whether the plan changes one database where it is, instead of moving it to another. */
export const isInPlace = ({operations}: Pick<Plan, 'operations'>): boolean => operations !== undefined;

/** A parsed plan with what pins it: where it came from and the checksum of its meaning (RFC 8785, SHA-256). */
export type PinnedPlan = {readonly plan: Plan; readonly file: string; readonly checksum: string};
