import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { podIn } from '../chart/charts.ts';
import { CHART, helm, objectsOf, STUB_CHARTS, the, toolEnvironment } from '../support/helm/helm.ts';
import { fences, inlineCode, pages, ROOT, shellBlocks } from './pages.ts';
import { commandsOf } from './shell.ts';

/** Our chart, as a release publishes it and as a folder of the clone. */
const OURS = ['oci://ghcr.io/dashkeep/charts/dashkeep', './charts/dashkeep'];

const isOurs = (word: string): boolean => OURS.includes(word);

/** The values file that docs/install/from-repository.md shows. */
async function imagesFile(): Promise<string> {
  const [file] = fences(await readFile(join(ROOT, 'docs/install/from-repository.md'), 'utf8')).filter(
    ({ language }) => language === 'yaml',
  );
  const path = join((await toolEnvironment())['HOME'] ?? '', 'images.yaml');
  await writeFile(path, file?.text ?? '');
  return path;
}

/** Commands of a page's shell blocks and of code within its text that speak of our chart. */
function ofOurChart(markdown: string): string[][] {
  const inline = inlineCode(markdown).filter(
    (code) => code.startsWith('helm ') && OURS.some((chart) => code.includes(chart)),
  );
  return [...commandsOf(shellBlocks(markdown).join('\n')), ...commandsOf(inline.join('\n'))].filter((words) =>
    words.some(isOurs),
  );
}

const speaking = [...pages()].filter(([, markdown]) => ofOurChart(markdown).length > 0);

describe.each(speaking)('%s', (_, markdown) => {
  it('installs the chart with values that it takes', async () => {
    for (const [tool, verb, release = '', , ...flags] of ofOurChart(markdown)) {
      expect([tool, ['template', 'install', 'upgrade'].includes(verb ?? '')]).toEqual(['helm', true]);
      const images = await imagesFile();
      const given = flags
        .join('\n')
        .replace(/^-f\nvalues\.yaml$|^--(?:reset-then-)?reuse-values$/gm, '')
        // What an uninstall saved is what was given at first.
        .replace(/^-f\ndashkeep-values\.yaml$/gm, '--set\ntarget=s3://bucket')
        .replace(/^images\.yaml$/gm, images)
        .split('\n')
        .filter(Boolean);
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
    const images = await imagesFile();
    const own = flags.map((word) => (word === 'images.yaml' ? images : word));
    const rendered = objectsOf((await helm('template', release, CHART, ...own)).stdout);

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
    if (flags.includes('images.yaml')) {
      expect(outcome.stdout).toMatch(/image: "?registry\.example\.com\/dashkeep:dev/);
      expect(outcome.stdout).toMatch(/image: "?registry\.example\.com\/dashkeep-plugin:dev/);
    }
  });

  it('names the version of every other chart, so that Helm upgrades nothing else', () => {
    const others = [...pages()].flatMap(([page, markdown]) =>
      commandsOf(shellBlocks(markdown).join('\n'))
        .filter(([tool, verb, , chart = '']) => tool === 'helm' && verb === 'upgrade' && chart.startsWith('oci://'))
        .map((words) => [page, words] as const),
    );
    expect(others.length).toBeGreaterThan(2);
    expect(others.filter(([, words]) => !words.includes('--version'))).toEqual([]);
  });
});
