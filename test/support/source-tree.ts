/** Reads the project's own source as text, for the rules of `architecture.test.ts`. */
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, posix, relative, resolve} from 'node:path';

export type SourceFile = {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly lines: number;
  /** Without comments; texts are kept, since imports are texts. */
  readonly code: string;
  readonly imports: readonly Import[];
};

/** `path` for a file of ours, `module` for a package or a part of Node. */
export type Import = {readonly path: string} | {readonly module: string; readonly names: readonly string[]};

const ROOT = resolve(import.meta.dirname, '../..');

export function sourceFiles(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), {recursive: true, encoding: 'utf8'})
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(relative(ROOT, join(ROOT, folder, name)).replaceAll('\\', '/')))
      .sort((a, b) => a.path.localeCompare(b.path)),
  );
}

function read(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const code = withoutComments(text);
  return {path, lines: text.trimEnd().split('\n').length, code, imports: importsOf(code, path)};
}

/** Texts come first in the choice, so that `//` inside of one is no comment. */
const withoutComments = (text: string): string =>
  text.replace(
    /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*[\s\S]*?\*\/|(?<![:\\/])\/\/[^\n]*/g,
    (_all, kept: string | undefined) => kept ?? ' ',
  );

const IMPORT = /(?:^|\n)\s*(?:import|export)\s+([^;'"]*?)\s*from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s+'([^']+)'/g;

const importsOf = (code: string, path: string): Import[] =>
  [...code.matchAll(IMPORT)].map(([, names = '', from, dynamic, bare]) => {
    const target = from ?? dynamic ?? bare ?? '';
    if (target.startsWith('.')) return {path: posix.join(dirname(path), target)};
    return {module: target, names: [...names.matchAll(/(\w+)(?:\s+as\s+\w+)?\s*(?=[,}])/g)].map(([, name = '']) => name)};
  });
