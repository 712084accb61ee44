import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
const LEFT_OUT = /(^|\/)(node_modules|build|dist|demo|coverage|test-results|playwright-report|\.git)(\/|$)/;

/** Every Markdown file of the project, by path. */
export function pages(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['.', '.github', 'charts', 'docs', 'examples', 'pkg', 'src', 'tests']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })) {
      const path = join(folder, name);
      if (name.endsWith('.md') && !LEFT_OUT.test(path)) {
        found.set(path, readFileSync(join(ROOT, path), 'utf8'));
      }
    }
  }
  return found;
}

/** The shell blocks of a page, in their order. */
export function shellBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^ *```(?:bash|sh)\b.*\n([\s\S]*?)^ *```/gm)].map(([, block = '']) => block);
}

/** Each call of the program in shell blocks and in code within the text, as words. */
export function calls(markdown: string): string[][] {
  const blocks = shellBlocks(markdown).map((block) => block.replace(/\s*\\\n\s*/g, ' '));
  const prose = markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
  const inline = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
  const found: string[][] = [];
  for (const line of [...blocks.flatMap((block) => block.split('\n')), ...inline]) {
    for (const [, given = ''] of line.matchAll(CALL)) {
      const words = [...given.matchAll(/(?:'[^']*'|"[^"]*"|<[^>]*>|[^\s'"])+/g)].map(([word]) => word);
      found.push(words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2')));
    }
  }
  return found;
}

/** The program's name where a shell looks for a command, then a command of it up to the end of that call. */
const CALL = /(?:^|[|;(] *|node )(?:\S*\/)?dashkeep(?:\.mjs)? ([a-z][a-z-]*(?:<[^>]*>|[^|;)&#><])*)/g;
