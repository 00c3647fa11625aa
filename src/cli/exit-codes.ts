/** What the process's exit code says (documented and stable), and which error ends with which. */
import {isCoded, OwnershipUnknownError, type ErrorCode} from '../model/errors.ts';

export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong flags, an invalid plan, or a question that nobody could be asked. */
  usage: 2,
  /** Only people are missing, and the stream is being kept going. */
  waitsForPeople: 3,
  /** A measured gate, a check or a verification is red; nothing was switched. */
  noGo: 4,
  heldByAnother: 5,
  /** Reversed or aborted by policy: the source serves. */
  calledOff: 6,
  /** The state is unknown; a person must look. */
  unknown: 7,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof OwnershipUnknownError) return EXIT.unknown;
  return isCoded(error) ? EXIT_BY_CODE[error.code] : EXIT.failed;
}

const EXIT_BY_CODE = {
  'CF-PLAN-001': EXIT.usage,
  'CF-PLAN-002': EXIT.usage,
  'CF-PLAN-003': EXIT.usage,
  'CF-PLAN-004': EXIT.usage,
  'CF-CONN-001': EXIT.failed,
  'CF-CONN-002': EXIT.failed,
  'CF-CONN-003': EXIT.failed,
  'CF-CONN-004': EXIT.failed,
  'CF-SRC-001': EXIT.noGo,
  'CF-SRC-002': EXIT.noGo,
  'CF-SRC-003': EXIT.noGo,
  'CF-SRC-004': EXIT.failed,
  'CF-SRC-005': EXIT.failed,
  'CF-SRC-006': EXIT.noGo,
  'CF-SRC-007': EXIT.noGo,
  'CF-SRC-008': EXIT.noGo,
  'CF-SCOPE-001': EXIT.noGo,
  'CF-SCOPE-002': EXIT.noGo,
  'CF-SCOPE-003': EXIT.noGo,
  'CF-SCOPE-004': EXIT.noGo,
  'CF-MAP-001': EXIT.noGo,
  'CF-MAP-002': EXIT.noGo,
  'CF-MAP-003': EXIT.failed,
  'CF-TGT-001': EXIT.noGo,
  'CF-TGT-002': EXIT.noGo,
  'CF-TGT-003': EXIT.failed,
  'CF-TGT-004': EXIT.failed,
  'CF-DDL-001': EXIT.failed,
  'CF-DDL-002': EXIT.failed,
  'CF-DDL-003': EXIT.noGo,
  'CF-GRANT-001': EXIT.noGo,
  'CF-LEASE-001': EXIT.heldByAnother,
  'CF-LEASE-002': EXIT.heldByAnother,
  'CF-APPLY-001': EXIT.failed,
  'CF-APPLY-002': EXIT.failed,
  'CF-APPLY-003': EXIT.failed,
  'CF-VERIFY-001': EXIT.noGo,
  'CF-VERIFY-002': EXIT.noGo,
  'CF-CUT-001': EXIT.calledOff,
  'CF-CUT-002': EXIT.unknown,
  'CF-SWITCH-001': EXIT.noGo,
  'CF-CANARY-001': EXIT.failed,
  'CF-CANARY-002': EXIT.failed,
  'CF-CANARY-003': EXIT.calledOff,
  'CF-CANARY-004': EXIT.noGo,
  'CF-FAILOVER-001': EXIT.failed,
  'CF-FAILOVER-002': EXIT.failed,
  'CF-FAILOVER-003': EXIT.noGo,
  'CF-RELAY-001': EXIT.failed,
  'CF-RELAY-002': EXIT.noGo,
  'CF-RELAY-003': EXIT.failed,
  'CF-RELAY-004': EXIT.failed,
  'CF-RELAY-005': EXIT.failed,
  'CF-READ-001': EXIT.failed,
  'CF-READ-002': EXIT.failed,
  'CF-READ-003': EXIT.noGo,
  'CF-GATE-001': EXIT.noGo,
  'CF-REHEARSE-001': EXIT.noGo,
  'CF-REHEARSE-002': EXIT.usage,
  'CF-REHEARSE-003': EXIT.failed,
  'CF-REHEARSE-004': EXIT.noGo,
  'CF-REHEARSE-005': EXIT.failed,
  'CF-REHEARSE-006': EXIT.noGo,
  'CF-APPROVE-001': EXIT.usage,
  'CF-STATE-001': EXIT.failed,
  'CF-STATE-002': EXIT.unknown,
  'CF-STATE-003': EXIT.unknown,
  'CF-VERB-001': EXIT.usage,
  'CF-VERB-002': EXIT.usage,
  'CF-USAGE-001': EXIT.usage,
  'CF-DISK-001': EXIT.noGo,
  'CF-DISK-002': EXIT.failed,
  'CF-SLOT-001': EXIT.failed,
  'CF-SLOT-002': EXIT.failed,
} as const satisfies Record<ErrorCode, ExitCode>;
