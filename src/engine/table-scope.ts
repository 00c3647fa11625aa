import {nameOf, type TableName} from '../model/table.ts';
import type {Scope} from './catalog.ts';

/** Patterns are `schema.table`; a star stands for any part of one of the two names. */
export const isInScope = ({tables, exclude}: Scope): ((name: TableName) => boolean) => {
  const [wanted, unwanted] = [tables.map(matcher), exclude.map(matcher)];
  const isOne = (patterns: readonly RegExp[], name: string): boolean => patterns.some((pattern) => pattern.test(name));
  return (table) => isOne(wanted, nameOf(table)) && !isOne(unwanted, nameOf(table));
};

const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('[^.]*')}$`,
  );
