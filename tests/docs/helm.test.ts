import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podIn } from '../chart/charts.ts';
import { CHART, helm, objectsOf, STUB_CHARTS, the, toolEnvironment } from '../support/helm/helm.ts';
import { inlineCode, pages, ROOT, shellBlocks } from './pages.ts';
import { commandsOf } from './shell.ts';

const OURS = 'oci://ghcr.io/dashkeep/charts/dashkeep';

/** Commands of a page's shell blocks and of code within its text that speak of our chart. */
function ofOurChart(markdown: string): string[][] {
  const inline = inlineCode(markdown).filter((code) => code.startsWith('helm ') && code.includes(OURS));
  return [...commandsOf(shellBlocks(markdown).join('\n')), ...commandsOf(inline.join('\n'))].filter((words) =>
    words.includes(OURS),
  );
}

const speaking = [...pages()].filter(([, markdown]) => ofOurChart(markdown).length > 0);

describe.each(speaking)('%s', (_, markdown) => {
  it('installs the chart with values that it takes', async () => {
    for (const [tool, verb, release = '', , ...flags] of ofOurChart(markdown)) {
      expect([tool, ['template', 'install', 'upgrade'].includes(verb ?? '')]).toEqual(['helm', true]);
      const given = flags.filter((word) => !['-f', 'values.yaml', '--reuse-values'].includes(word));
      // What an upgrade reuses says where the backups go.
      given.push(...(verb === 'upgrade' ? ['--set', 'target=s3://bucket,mode=deployment'] : []));
      const outcome = await helm('template', release, CHART, ...given);
      expect(outcome.stderr, flags.join(' ')).toBe('');
      expect(outcome.code).toBe(0);
    }
  });
});

describe.each([...pages()])('%s', (_, markdown) => {
  it('proposes only flags that the chart takes', async () => {
    for (const flags of inlineCode(markdown).filter((code) => code.startsWith('--set'))) {
      const [given = []] = commandsOf(`helm ${flags}`);
      const mode = given.some((word) => word.startsWith('grafana.namespace')) ? 'deployment' : 'sidecar';
      const outcome = await helm('template', 'x', CHART, '--set', `target=s3://bucket,mode=${mode}`, ...given.slice(1));
      expect(outcome.stderr, flags).toBe('');
    }
  });
});

it('the guides say how to install it', () => {
  expect(speaking.map(([page]) => page)).toEqual(expect.arrayContaining(['README.md', 'charts/dashkeep/README.md']));
  expect(speaking.length).toBeGreaterThan(6);
});

describe('the walk through the guide for the official chart', () => {
  it('ends with the sidecar in Grafana’s pod', async () => {
    const guide = await readFile(join(ROOT, 'docs/install/official-chart.md'), 'utf8');
    const commands = commandsOf(shellBlocks(guide).join('\n'));
    const starting = (...words: string[]): string[] =>
      commands.find((command) => words.every((word, at) => command[at] === word)) ?? [];
    const [, , release = '', , ...flags] = starting('helm', 'install', 'dashkeep');
    const rendered = objectsOf((await helm('template', release, CHART, ...flags)).stdout);

    const [, , , , , name = '', , path] = starting('kubectl', '-n', 'monitoring', 'get', 'configmap');
    expect(path).toBe('jsonpath={.data.overlay\\.yaml}');
    const home = (await toolEnvironment())['HOME'] ?? '';
    await writeFile(join(home, 'dashkeep-overlay.yaml'), the(rendered, 'ConfigMap', name)['data']['overlay.yaml']);
    await writeFile(join(home, 'your-values.yaml'), '{}');

    const [, , grafana = '', , ...rest] = starting('helm', 'upgrade', 'grafana').map((word) =>
      word.endsWith('.yaml') ? join(home, word) : word,
    );
    const outcome = await helm('template', grafana, join(STUB_CHARTS, 'grafana'), ...rest);
    const pod = podIn(the(objectsOf(outcome.stdout), 'Deployment', 'grafana'));
    expect(pod.containers.map((container) => container.name)).toEqual(['grafana', 'dashkeep']);
  });
});
