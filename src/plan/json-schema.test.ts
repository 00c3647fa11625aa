import {readFile} from 'node:fs/promises';
import {describe, expect, it} from 'vitest';
import {knownKeys, planJsonSchema, planJsonSchemaText} from './json-schema.ts';

describe('the JSON Schema', () => {
  it('is current: if not, run `npm run crossfade -- schema > plan.schema.json` and look at the difference', async () => {
    expect(await readFile(new URL('../../plan.schema.json', import.meta.url), 'utf8')).toBe(planJsonSchemaText());
  });

  it('describes every top-level key that is not itself a group', () => {
    expect(planJsonSchemaText()).toContain('"description": "The database that serves now."');
  });

  it('knows the keys of every place, lists and variants included', () => {
    const schema = planJsonSchema();
    expect(knownKeys(schema, [])).toEqual(expect.arrayContaining(['name', 'gates', 'applicationRoles']));
    expect(knownKeys(schema, ['schema'])).toEqual(['kind', 'preData', 'postData']);
    expect(knownKeys(schema, ['gates', 'cutover', 3, 'replication-lag'])).toEqual(['max']);
    expect(knownKeys(schema, ['nowhere', 'at', 'all'])).toEqual([]);
  });
});
