import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHART, template, the } from '../../support/helm/helm.ts';
import { podIn } from '../../chart/charts.ts';
import { inlineCode, pages, ROOT, shellBlocks } from '../pages.ts';
import { commandsOf } from '../shell.ts';

const PAGE = 'docs/run-the-cli.md';
const markdown = pages().get(PAGE) ?? '';

/** The words after `--` of each `kubectl exec` on a page, with the words before. */
function execs(text: string): { before: string[]; after: string[] }[] {
  const inline = inlineCode(text).filter((code) => code.startsWith('kubectl '));
  return [...commandsOf(shellBlocks(text).join('\n')), ...commandsOf(inline.join('\n'))]
    .filter((words) => words[0] === 'kubectl' && words.includes('exec'))
    .map((words) => {
      const at = words.indexOf('--');
      return { before: words.slice(0, at), after: words.slice(at + 1) };
    });
}

describe('the command line in a pod', () => {
  it('is started as the image starts it, which has no shell and no program of that name', () => {
    const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(readFileSync(join(ROOT, 'Dockerfile'), 'utf8')) ?? [];
    const start = (JSON.parse(entry) as string[]).filter((word) => !word.startsWith('--'));
    // In Grafana's own container, there are other programs.
    const found = [...pages().values()].flatMap(execs).filter(({ before }) => !before.join(' ').includes('-c grafana'));
    expect(found.length).toBeGreaterThan(1);
    for (const { after } of found) {
      expect(after.slice(0, 2)).toEqual(start);
    }
  });

  it('runs where the chart puts it: beside Grafana, or in its own Deployment', async () => {
    const [sidecar, deployment] = execs(markdown);
    expect(sidecar?.before).toEqual(expect.arrayContaining(['deploy/grafana', '-c', 'dashkeep']));
    const overlay = the(await template(CHART), 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml'];
    expect(overlay).toContain('- name: dashkeep\n');
    expect(deployment?.before).toContain('deploy/dashkeep');
    const objects = await template(CHART, { values: [{ mode: 'deployment', target: 's3://bucket' }] });
    expect(podIn(the(objects, 'Deployment', 'dashkeep')).containers.map(({ name }) => name)).toEqual(['dashkeep']);
  });

  // A terminal mixes both streams and changes line ends: a kit or JSON in a file would begin with a warning.
  it('gets no terminal while its output goes elsewhere', () => {
    for (const { before } of execs(markdown)) {
      expect(before).toContain('-i');
      expect(before.filter((word) => /^-i?t$/.test(word))).toEqual([]);
    }
  });

  it('is linked from each runbook that needs it, and from troubleshooting', () => {
    const needing = [...pages()].filter(
      ([page, text]) =>
        /^docs\/(?:runbooks\/|troubleshooting\.md)/.test(page) &&
        [...inlineCode(text), ...shellBlocks(text)].some((code) => code.startsWith('dashkeep ')),
    );
    expect(needing.length).toBeGreaterThan(4);
    expect(needing.filter(([, text]) => !text.includes('run-the-cli.md')).map(([page]) => page)).toEqual([]);
  });
});
