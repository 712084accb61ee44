import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, type Ended } from '../../support/cli.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';
import { ROOT, shellBlocks } from '../../docs/pages.ts';
import { variants } from '../../support/budget.ts';

/** An operator changed the bucket, or lost the state, and follows the guide until the page is green again. */
let grafana: Simulator;
let service: TestService;

beforeEach(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  grafana.seedDashboards({ count: 3, folders: 1 });
  service = await startService({ grafanaUrl: grafana.url, environment: { DASHKEEP_SERVER_KINDS: 'false' } });
  await backup();
  await expect.poll(protection).toBe('uncovered');
});

afterEach(async () => {
  await service.stop();
  await grafana.close();
  await removeDirectory(service.directory);
});

const protection = async (): Promise<string> => (await service.call('GET', '/status')).json.protection;

async function backup(): Promise<Record<string, unknown>> {
  return service.ended((await service.call('POST', '/runs', { kind: 'backup' })).json.id);
}

async function restart(): Promise<void> {
  const { directory } = service;
  await service.stop();
  service = await startService({ grafanaUrl: grafana.url, directory, environment: { DASHKEEP_SERVER_KINDS: 'false' } });
}

/** As in the pod: with the state and the target of the service. */
function dashkeep(args: string[]): Promise<Ended> {
  return runCli(args, {
    GRAFANA_URL: grafana.url,
    GRAFANA_API_TOKEN: grafana.token(),
    DASHKEEP_TARGET: `file://${join(service.directory, 'target')}`,
    DASHKEEP_STATE_DIR: join(service.directory, 'state'),
  });
}

/** The commands of the one block of a page that holds some words, each as its arguments. */
async function commands(page: string, words: string, replacement: string): Promise<string[][]> {
  const blocks = shellBlocks(await readFile(join(ROOT, page), 'utf8')).filter((block) => block.includes(words));
  expect(blocks).toHaveLength(1);
  const lines = blocks[0]!.trim().split('\n');
  return lines.map((line) => line.replace('0123456789abcdef0123456789abcdef', replacement).split(' ').slice(1));
}

describe('the runbook for a repository that was changed', () => {
  it.each(variants(['everything', 'signatures']))(
    'brings back a green page after %s was removed on purpose',
    async (what) => {
      await rm(join(service.directory, 'target', what === 'everything' ? '' : what), { recursive: true });
      expect(await backup()).toMatchObject({ status: 'complete' });
      await expect.poll(protection).toBe('untrusted');
      const { json } = await dashkeep(['verify', '--json']);
      const id = /[0-9a-f]{32}/.exec(JSON.stringify(json.problems))?.[0] ?? JSON.parse(await config()).id;
      for (const args of await commands('docs/runbooks/repository.md', 'trust --repository', id)) {
        expect((await dashkeep(args)).exit).toBe(0);
      }
      await restart();
      expect(await backup()).toMatchObject({ status: 'complete' });
      await expect.poll(protection).toBe('uncovered');
    },
  );

  const config = (): Promise<string> => readFile(join(service.directory, 'target/dashkeep.json'), 'utf8');
});

describe('the page about signatures', () => {
  it('brings back the history after the state was lost', async () => {
    const fingerprint = (await dashkeep(['keys', '--json'])).json.own as string;
    await rm(join(service.directory, 'state'), { recursive: true });
    await restart();
    expect(await backup()).toMatchObject({ status: 'complete' });
    await expect.poll(protection).toBe('uncovered');
    const page = await readFile(join(ROOT, 'docs/encryption.md'), 'utf8');
    const [, command = ''] = /\*\*If the state is lost\*\*[^`]*`(dashkeep trust [0-9a-f]{32})`/.exec(page) ?? [];
    const args = command.replace('0123456789abcdef0123456789abcdef', fingerprint).split(' ').slice(1);
    expect((await dashkeep(args)).exit).toBe(0);
    const { snapshots } = (await dashkeep(['snapshots', '--json'])).json;
    expect(snapshots.map(({ signed }: { signed: boolean }) => signed)).toEqual([true, true]);
  });
});
