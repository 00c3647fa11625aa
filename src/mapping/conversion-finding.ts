/** What a conversion of a schema says of an object that is not on the target as it was: the two forms that all pairs use. */
import type {ConversionFinding} from './mapping.ts';

export const refusal = (object: string, text: string, reason: string): ConversionFinding => ({
  severity: 'refuse',
  object,
  reason,
  text,
  next: 'say in the mapping of the plan what it becomes, or change it on the source',
});

export const warning = (object: string, text: string, reason: string, next: string): ConversionFinding => ({
  severity: 'warn',
  object,
  reason,
  text,
  next,
});
