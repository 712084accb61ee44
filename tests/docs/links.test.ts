import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../scripts/docs/pages.ts';
import { calls, pages, ROOT } from './commands.ts';

/** The anchors of a page, as GitHub makes them from headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe.each([...pages()])('%s', (path, text) => {
  it('has no link that leads nowhere', () => {
    const prose = text.replace(/^ *```[\s\S]*?^ *```/gm, '').replace(/`[^`\n]*`/g, '');
    const broken = [...prose.matchAll(/\]\(<?([^)\s>]+)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const found = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
        return (
          !existsSync(found) ||
          (anchor !== undefined && found.endsWith('.md') && !anchorsOf(readFileSync(found, 'utf8')).includes(anchor))
        );
      });
    expect(broken).toEqual([]);
  });

  it('calls the program only in ways that it understands', async () => {
    for (const words of calls(text)) {
      const program = commandLine();
      for (const command of [program, ...program.commands]) {
        command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
      }
      // A command that is only mentioned by name needs no arguments.
      if (words.length === 1) {
        expect(program.commands.map((command) => command.name())).toContain(words[0]);
      } else {
        await expect(program.parseAsync(words, { from: 'user' }), words.join(' ')).resolves.toBeDefined();
      }
    }
  });
});

describe('the calls of the program in the pages', () => {
  it('are found, in blocks and in the text', () => {
    expect(calls('```bash\nnode dashkeep.mjs backup --json | jq .\n```\nand `dashkeep prune --dry-run`.')).toEqual([
      ['backup', '--json'],
      ['prune', '--dry-run'],
    ]);
    expect([...pages().values()].flatMap(calls).length).toBeGreaterThan(20);
  });

  it('are refused when they name an unknown flag', async () => {
    const program = commandLine();
    program.commands.forEach((command) => command.configureOutput({ writeErr: () => {} }));
    await expect(program.parseAsync(['backup', '--no-such'], { from: 'user' })).rejects.toThrow('unknown option');
  });
});
