/**
 * Positions of both grammars. A position is the set of all transactions up to a place: MySQL prints their numbers, MariaDB
 * the last of each domain. Which grammar it is the text itself says; the empty set is the same in both.
 */
import {TerminalError} from '../../model/errors.ts';
import {containsSet, parseGtidSet, printGtidSet, subtract, unionOf} from '../../model/gtid-set.ts';
import type {Position} from '../../model/position.ts';
import {advanced, containsDomains, parseDomains, printDomains} from './mysql-gtid-domains.ts';

const isOfDomains = (text: string): boolean => /^\s*[0-9]+-[0-9]+-[0-9]+\s*(,|$)/.test(text);

/** One text for one set. */
export const toPosition = (text: string): Position =>
  (isOfDomains(text) ? printDomains(parseDomains(text)) : printGtidSet(parseGtidSet(text))) as Position;

/** Whether everything up to `part` is within `whole`. */
export const containsPosition = (whole: Position, part: Position): boolean => {
  if (part === '') return true;
  if (isOfDomains(part)) return isOfDomains(whole) && containsDomains(parseDomains(whole), parseDomains(part));
  return !isOfDomains(whole) && containsSet(parseGtidSet(whole), parseGtidSet(part));
};

/** The position after one more transaction, whose GTID the log gives: `uuid:7`, `uuid:tag:7`, `0-1-7`. */
export const afterTransaction = (position: Position, gtid: string): Position => {
  if (isOfDomains(gtid)) return printDomains(advanced(parseDomains(position), parseDomains(gtid))) as Position;
  return printGtidSet(unionOf(parseGtidSet(position), parseGtidSet(gtid))) as Position;
};

/** What of `whole` is not in `part`, to be shown to a person. */
export const missingFrom = (part: Position, whole: Position): string =>
  isOfDomains(whole) ? whole : printGtidSet(subtract(parseGtidSet(whole), parseGtidSet(part)));

/** Only places of one history have an order; two that do not contain each other are not of one. */
export const comparePositions = (a: Position, b: Position): number => {
  const [isAfter, isBefore] = [containsPosition(a, b), containsPosition(b, a)];
  if (isAfter && isBefore) return 0;
  if (isAfter) return 1;
  if (isBefore) return -1;
  throw new TerminalError(`two places in the log are not of one history: ${a} and ${b}`, {
    code: 'CF-SRC-004',
    next: 'find out which server wrote what the other does not have; then: crossfade abort, and begin again',
  });
};
