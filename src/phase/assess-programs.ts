/** Views, triggers, procedures, functions, events and the like beside the tables of a move, each with its own text: for a person to look through. */
import type {ConvertibleSchema} from '../model/convertible-schema.ts';
import {nameOf} from '../model/table.ts';

export type Program = {readonly kind: string; readonly name: string; readonly text: string};

export const programsOf = (schema: ConvertibleSchema | undefined): readonly Program[] => {
  if (!schema) return [];
  if (schema.flavour === 'postgres') return schema.left;
  return [
    ...schema.views.map(({name, definition}) => ({kind: 'view', name: nameOf(name), text: definition})),
    ...schema.programs.map(({kind, name, text}) => ({kind, name: nameOf(name), text})),
  ];
};
