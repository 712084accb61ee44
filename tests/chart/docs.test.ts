import { access, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHART, STUB_CHARTS, helm, objectsOf, the, toolEnvironment } from '../support/helm.ts';
import { podIn } from './charts.ts';
import { ROOT } from './rootfs.ts';

const OURS = 'oci://ghcr.io/dashkeep/charts/dashkeep';
const files: string[] = [];
for (const folder of ['docs/install', 'docs/runbooks', 'charts/dashkeep', 'examples']) {
  for (const name of await readdir(join(ROOT, folder), { recursive: true })) {
    if (name.endsWith('.md')) {
      files.push(join(folder, name));
    }
  }
}

/** Commands of the shell blocks of a page, continued lines joined. */
async function commandsOf(file: string): Promise<string[]> {
  const text = await readFile(join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(/```(?:bash)?\n([\s\S]*?)```/g)].map(([, block]) => block as string);
  return blocks.flatMap((block) => block.replace(/\s*\\\n\s*/g, ' ').split('\n')).map((line) => line.trim());
}

/** Words of a command as a shell splits them, so far as these pages need it. */
function words(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/['"]/g, ''));
}

describe.each(files)('%s', (file) => {
  it('installs the chart with values that it takes', async () => {
    for (const command of (await commandsOf(file)).filter((line) => line.includes(OURS))) {
      const [tool, verb, release = '', , ...flags] = words(command).filter(
        (word) => word !== '-f' && word !== 'values.yaml',
      );
      expect([tool, verb === 'template' || verb === 'install']).toEqual(['helm', true]);
      const outcome = await helm('template', release, CHART, ...flags);
      expect(outcome.stderr, command).toBe('');
      expect(outcome.code).toBe(0);
    }
  });

  it('proposes only flags that the chart takes', async () => {
    const text = await readFile(join(ROOT, file), 'utf8');
    for (const [, flags = ''] of text.matchAll(/`(--set[^`]+)`/g)) {
      const given = words(flags.replace(/<[\w-]+>/g, 'x'));
      const mode = given.some((word) => word.startsWith('grafana.namespace')) ? 'deployment' : 'sidecar';
      const outcome = await helm('template', 'x', CHART, '--set', `target=s3://bucket,mode=${mode}`, ...given);
      expect(outcome.stderr, flags).toBe('');
    }
  });

  it('leads nowhere that does not exist', async () => {
    const text = await readFile(join(ROOT, file), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (!target.startsWith('http')) {
        await access(join(ROOT, dirname(file), target));
      }
    }
  });
});

describe('the walk through the guide for the official chart', () => {
  it('ends with the sidecar in Grafana’s pod', async () => {
    const commands = await commandsOf('docs/install/official-chart.md');
    const [, , release = '', , ...flags] = words(
      commands.find((line) => line.startsWith('helm install dashkeep')) ?? '',
    );
    const rendered = objectsOf((await helm('template', release, CHART, ...flags)).stdout);

    const fetching =
      commands.find((line) => line.startsWith('kubectl') && line.includes('> dashkeep-overlay.yaml')) ?? '';
    const [, name = ''] = /get configmap (\S+) -o jsonpath='\{\.data\.overlay\\\.yaml\}'/.exec(fetching) ?? [];
    const home = (await toolEnvironment())['HOME'] ?? '';
    await writeFile(join(home, 'dashkeep-overlay.yaml'), the(rendered, 'ConfigMap', name)['data']['overlay.yaml']);
    await writeFile(join(home, 'your-values.yaml'), '{}');

    const upgrade = words(commands.find((line) => line.startsWith('helm upgrade grafana')) ?? '');
    const [, , grafana = '', , ...rest] = upgrade.map((word) => (word.endsWith('.yaml') ? join(home, word) : word));
    const outcome = await helm('template', grafana, join(STUB_CHARTS, 'grafana'), ...rest);
    const pod = podIn(the(objectsOf(outcome.stdout), 'Deployment', 'grafana'));
    expect(pod.containers.map((container) => container.name)).toEqual(['grafana', 'dashkeep']);
  });
});

describe('NOTES', () => {
  it.each([
    ['sidecar', 'get configmap dashkeep-overlay'],
    ['deployment', 'logs -f deployment/dashkeep'],
    ['cronjob', 'create job --from=cronjob/dashkeep dashkeep-now'],
  ])('%s: say the next step', async (mode, step) => {
    const set = `mode=${mode},target=s3://bucket/p`;
    const outcome = await helm('install', 'dashkeep', CHART, '-n', 'monitoring', '--dry-run=client', '--set', set);
    const notes = outcome.stdout.slice(outcome.stdout.indexOf('NOTES:'));
    expect(notes).toContain(`kubectl -n monitoring ${step}`);
    expect(notes).toContain('Snapshots are not encrypted');
  });

  it('say where the bucket can be chosen while there is none', async () => {
    const outcome = await helm('install', 'dashkeep', CHART, '--dry-run=client');
    expect(outcome.stdout).toContain('No target is set');
  });
});
