/** The pages about tables that look different on the target. */
import {page} from './explain-page.ts';

export const mappingPages = {
  'CF-MAP-001': page(
    'the mapping does not fit the tables',
    'A column or table that the mapping names is not there, has another type than declared, or would stay without a value.',
    'While writing a mapping, and when the schema file for the target is not yet what the mapping says.',
    'Correct the mapping or the schema file; crossfade plan FILE names everything at once.',
  ),
  'CF-MAP-002': page(
    'the way back would lose values',
    'What the application writes on the target into these columns has no place on the source, or would be rounded there.',
    'When a column is dropped, added, set to a constant, or transformed without an inverse.',
    'Give the column an inverse, or set reverse.allowLoss: true in the plan if a way back without these values is good enough.',
  ),
  'CF-MAP-003': page(
    'a value cannot go through the mapping',
    'A value would not come back as it was, a row lies outside the filter, or a function of the plan failed. Nothing was changed to make it fit.',
    'On the way back, when the target has been given a value that the source cannot hold in its form.',
    'Before the cutover: correct the value, or abort and start again with another mapping. After it: the target serves on, but nothing goes back from there; crossfade status tells how far it came.',
  ),
};
