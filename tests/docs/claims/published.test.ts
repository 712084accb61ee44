import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isDated, OTHER_FILES, publication, withPublication } from '../../../scripts/docs/published.ts';
import { COMPOSE, GUIDE, HELM } from '../../../src/config/snippets.ts';
import { fences, pages, ROOT, shellBlocks } from '../pages.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const files = new Map([...pages(), ...OTHER_FILES.map((file) => [file, read(file)] as const)]);
const FUTURE = { version: '1.2.3', released: true };

/** What exists only after a release: images, the chart and files of the releases page. */
const RELEASE = /ghcr\.io\/dashkeep\/|dashkeep\/releases/;
/** Pages about releases themselves, and past ones. */
const ABOUT_RELEASES = /^(?:CHANGELOG|CONTRIBUTING)\.md$|^docs\/(?:decisions\/|repository-format\.md)/;

describe('whether the version is released', () => {
  it('is what CHANGELOG.md says: its section has a date', () => {
    expect(isDated('## [1.0.0] - 2026-12-01\n', '1.0.0')).toBe(true);
    expect(isDated('## [1.0.0] - not published\n\n## [0.9.0] - 2026-12-01\n', '1.0.0')).toBe(false);
    expect(isDated('## [1.0.0-rc.1] - 2026-12-01\n', '1.0.0')).toBe(false);
  });

  it.each([...files])('shows in the commands and notices of %s; `npm run docs` writes them', (file, text) => {
    expect(withPublication(file, text, publication())).toBe(text);
  });

  it('is said at the top of each guide', () => {
    const guides = [...pages().keys()].filter((page) =>
      /^(?:README\.md|docs\/install\/(?!README|from-repository|uninstall|compose|upgrade))/.test(page),
    );
    expect(guides.length).toBeGreaterThan(9);
    for (const page of [...guides, 'charts/dashkeep/README.md', 'docs/install/README.md']) {
      expect(files.get(page)?.split('\n').slice(0, 12).join('\n'), page).toContain('<!-- status');
    }
  });

  it('is said on each page that names what only a release has', () => {
    const silent = [...pages()].filter(
      ([page, text]) => !ABOUT_RELEASES.test(page) && RELEASE.test(text) && !text.includes('<!-- status'),
    );
    expect(silent.map(([page]) => page)).toEqual([]);
  });

  it('changes all commands when a release is dated, and back', () => {
    for (const [file, text] of files) {
      const released = withPublication(file, text, FUTURE);
      expect(released).not.toMatch(/Not released yet|images\.yaml -n|build: https:/);
      expect(withPublication(file, released, FUTURE)).toBe(released);
      expect(withPublication(file, released, publication()), file).toBe(text);
    }
    const install = shellBlocks(withPublication('x', files.get('docs/install/official-chart.md') ?? '', FUTURE)).join();
    expect(install).toContain(
      'helm install dashkeep oci://ghcr.io/dashkeep/charts/dashkeep --version 1.2.3 -n monitoring',
    );
  });
});

describe('what the app shows to be copied', () => {
  it('leads to guides that exist', () => {
    for (const address of Object.values(GUIDE)) {
      expect(files.has(address.replace(/^.*\/main\//, '')), address).toBe(true);
    }
  });

  it('is what the guides show', () => {
    const blocks = shellBlocks(files.get('docs/install/official-chart.md') ?? '');
    expect(HELM).toBe(blocks.slice(0, 3).join('').trimEnd());
    const compose = fences(files.get('docs/install/outside-kubernetes.md') ?? '').filter(
      ({ language }) => language === 'yaml',
    );
    expect(compose.map(({ text }) => text.trimEnd())).toContain(COMPOSE);
  });
});
