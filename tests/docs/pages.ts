import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { FENCE } from '../../pkg/lib/markdown.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
const LEFT_OUT = /(^|\/)(node_modules|build|dist|demo|coverage|test-results|playwright-report|\.git)(\/|$)/;

interface Fence {
  /** The first word behind the opening fence; empty when there is none. */
  language: string;
  text: string;
}

/** The fenced blocks of a page, in their order, without the indentation of a list around them. */
export function fences(markdown: string): Fence[] {
  return [...markdown.matchAll(FENCE)].map(([, indent = '', info = '', text = '']) => ({
    language: info.trim().split(' ')[0] ?? '',
    text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }));
}

/** The page without its fenced blocks. */
export function proseOf(markdown: string): string {
  return markdown.replace(FENCE, '');
}

/** Every Markdown file of the project, by path. */
export function pages(): Map<string, string> {
  const found = new Map<string, string>();
  for (const folder of ['.', '.github', 'bench', 'changes', 'charts', 'docs', 'examples', 'pkg', 'src', 'tests']) {
    for (const name of readdirSync(join(ROOT, folder), { recursive: folder !== '.', encoding: 'utf8' })) {
      const path = join(folder, name);
      if (name.endsWith('.md') && !LEFT_OUT.test(path)) {
        found.set(path, readFileSync(join(ROOT, path), 'utf8'));
      }
    }
  }
  return found;
}

/** What is between backticks within the text. */
export function inlineCode(markdown: string): string[] {
  return [...proseOf(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The shell blocks of a page, in their order. */
export function shellBlocks(markdown: string): string[] {
  return fences(markdown)
    .filter(({ language }) => language === 'bash' || language === 'sh')
    .map(({ text }) => text);
}

/** A page's shell blocks, with what a reader replaces by their own. */
export async function blocksOf(page: string, replacements: Record<string, string> = {}): Promise<string[]> {
  return shellBlocks(await readFile(join(ROOT, page), 'utf8')).map((block) =>
    Object.entries(replacements).reduce((text, [theirs, mine]) => text.replaceAll(theirs, mine), block),
  );
}

/** The one block that holds some words. */
export function holding(blocks: string[], words: string): string {
  const found = blocks.filter((block) => block.includes(words));
  expect(found.length, words).toBe(1);
  return found[0] ?? '';
}
