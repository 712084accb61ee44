import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pages, ROOT } from '../pages.ts';

const markdown = (page: string): string => pages().get(page) ?? '';

describe('the index of the documentation', () => {
  it('names each page, but single guides, decisions and runbooks, which have their own lists', () => {
    const listed = [...pages().keys()].filter(
      (page) => page.startsWith('docs/') && !/^docs\/(?:README\.md|runbooks\/|decisions\/(?!README))/.test(page),
    );
    const guides = new Set(
      [...markdown('docs/install/README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name),
    );
    const missing = listed.filter((page) => {
      const path = page.replace('docs/', '');
      return !markdown('docs/README.md').includes(`](${path})`) && !guides.has(path.replace('install/', ''));
    });
    expect(listed.length).toBeGreaterThan(25);
    expect(missing).toEqual([]);
  });
});

describe('docs/sizing.md', () => {
  const page = markdown('docs/sizing.md');
  const rows = [...page.matchAll(/^\| (?!question|---)([^|]+) \| ([^|]+) \|/gm)];

  it('has only figures that were measured', () => {
    const measured = markdown('bench/performance.md');
    expect(rows.length).toBeGreaterThan(8);
    for (const [, question, figures = ''] of rows) {
      for (const [figure] of figures.matchAll(/\d[\d,.]*\d|\d/g)) {
        const shown = new RegExp(`(?<![\\d.,])${figure.replaceAll('.', '\\.')}(?![.,]?\\d)`);
        expect(measured, `${question}: ${figure}`).toMatch(shown);
      }
    }
  });

  it('names the defaults of the chart', () => {
    const { resources, nodeMaxOldSpaceMiB, tmpSizeLimit } = parse(
      readFileSync(join(ROOT, 'charts/dashkeep/values.yaml'), 'utf8'),
    ) as {
      resources: Record<'limits' | 'requests', Record<string, string>>;
      nodeMaxOldSpaceMiB: number;
      tmpSizeLimit: string;
    };
    const { limits, requests } = resources;
    expect(page).toContain(
      `(memory limit \`${limits['memory']}\`, heap ${nodeMaxOldSpaceMiB} MiB, CPU request \`${requests['cpu']}\`)`,
    );
    expect(page).toContain(`\`${tmpSizeLimit}\``);
  });

  it('has about 300 words', () => {
    expect(page.split(/\s+/).length).toBeLessThan(450);
  });
});
