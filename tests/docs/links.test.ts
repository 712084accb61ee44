import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, proseOf, ROOT } from './pages.ts';

/** Where pages outside the repository (the plugin's catalogue, a chart's page) find files of it. */
const OURS =
  /^https:\/\/(?:github\.com\/dashkeep\/dashkeep\/(?:blob|tree)|raw\.githubusercontent\.com\/dashkeep\/dashkeep)\/main\//;

/** The anchors of a page, as GitHub makes them from headings. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

/** Targets of links, images and reference definitions, and of HTML where there is any. */
function targetsOf(markdown: string): string[] {
  const prose = proseOf(markdown).replace(/`[^`\n]*`/g, '');
  return [
    ...prose.matchAll(/\]\(<?([^)\s>]+)/g),
    ...prose.matchAll(/^\[[^\]]+\]: <?(\S+?)>?$/gm),
    ...prose.matchAll(/(?:src|href)="([^"]+)"/g),
  ].map(([, target = '']) => target);
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
function brokenness(page: string, target: string): string | undefined {
  const ours = OURS.test(target);
  if (/^[a-z]+:/.test(target) && !ours) {
    return /^https:\/\/[a-z0-9.-]+\.[a-z]{2,}(?:[/?#]|$)/.test(target) && URL.canParse(target)
      ? undefined
      : 'is no address';
  }
  const [file = '', anchor] = target.replace(OURS, '').split('#');
  const found = ours ? join(ROOT, file) : file === '' ? join(ROOT, page) : join(ROOT, dirname(page), file);
  if (!existsSync(found)) {
    return 'is not there';
  }
  const known =
    anchor === undefined || !found.endsWith('.md') || anchorsOf(readFileSync(found, 'utf8')).includes(anchor);
  return known ? undefined : 'has no such heading';
}

describe.each([...pages()])('%s', (page, markdown) => {
  it('has no link that leads nowhere', () => {
    const broken = targetsOf(markdown).flatMap((target) => {
      const why = brokenness(page, target);
      return why === undefined ? [] : [`${target} ${why}`];
    });
    expect(broken).toEqual([]);
  });
});

describe('a link', () => {
  it.each([
    ['[a](no-such.md)', 'is not there'],
    ['![a](src/img/no-such.png)', 'is not there'],
    ['[a](docs/security.md#no-such)', 'has no such heading'],
    ['[a](#no-such)', 'has no such heading'],
    ['[a]: docs/no-such.md', 'is not there'],
    ['<img src="src/img/no-such.png">', 'is not there'],
    ['[a](https://github.com/dashkeep/dashkeep/blob/main/no-such)', 'is not there'],
    ['[a](https://raw.githubusercontent.com/dashkeep/dashkeep/main/src/img/no-such.png)', 'is not there'],
    ['[a](https:/example.org)', 'is no address'],
    ['[a](http://example.org)', 'is no address'],
  ])('is found out: %s', (markdown, why) => {
    expect(targetsOf(markdown).map((target) => brokenness('README.md', target))).toEqual([why]);
  });

  it('is followed to headings as GitHub names them', () => {
    expect(anchorsOf('# What it *is*\n## A `b`, c & d\n## Twice\n## Twice\n```bash\n# no heading\n```')).toEqual([
      'what-it-is',
      'a-b-c--d',
      'twice',
      'twice-1',
    ]);
  });
});

describe('every page of docs', () => {
  it('is linked from another one, so that somebody finds it', () => {
    const linked = new Set(
      [...pages()].flatMap(([page, markdown]) =>
        targetsOf(markdown)
          .filter((target) => !/^[a-z]+:/.test(target))
          .map((target) => join(dirname(page), target.split('#')[0] ?? ''))
          .filter((target) => target !== page),
      ),
    );
    const lost = [...pages().keys()].filter((page) => page.startsWith('docs/') && !linked.has(page));
    expect(lost.filter((page) => !linked.has(dirname(page)))).toEqual([]);
  });
});
