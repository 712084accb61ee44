import type { Run } from '../../../pkg/contract/api/runs.ts';
import type { Settings, SettingsUpdate } from '../../../pkg/contract/api/settings.ts';
import { putContent, type Admin } from './content.ts';
import { expect, GRAFANA_URL, ID, test as onGrafana } from './fixtures.ts';
import { test as onePage } from './onePage.ts';
import { startStack, type Bucket, type Stack } from './stack.ts';

const PATIENT = { timeout: 60_000, intervals: [250] };

interface Fixtures {
  /** Calls Grafana as its admin. */
  admin: Admin;
  /** Calls the service through Grafana's proxy, as the app does. */
  service: Admin;
  /**
   * A target is set, Grafana holds the content of content.ts, and the newest snapshot has it. Gives the snapshot's id.
   */
  backup: string;
}

const base = (GRAFANA_URL === undefined ? onePage : onGrafana) as typeof onePage;

/** Tests on the real service, before a Grafana that is real (GRAFANA_URL) or simulated; all have the same one. */
export const test = base.extend<Fixtures, { stack: Stack }>({
  stack: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of what a fixture needs from here
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.close();
    },
    { scope: 'worker' },
  ],
  origin: [async ({ stack }, use) => use(stack.origin), { scope: 'worker' }],
  admin: async ({ playwright, baseURL, grafanaAPICredentials: { user, password } }, use) => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const api = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { authorization } });
    await use(async <T>(method: string, path: string, body?: unknown) => {
      const answer = await api.fetch(path, { method, data: body });
      if (!answer.ok()) {
        throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
      }
      return (await answer.json()) as T;
    });
    await api.dispose();
  },
  service: async ({ admin }, use) => {
    await use((method, path, body) => admin(method, `/api/plugin-proxy/${ID}/api/v1${path}`, body));
  },
  backup: async ({ admin, service, stack }, use) => {
    const settings = await service<Settings>('GET', '/settings');
    if (settings.values.target.url === '') {
      await service('PUT', '/settings', inBucket(settings, stack.bucket));
    }
    await putContent(admin);
    await use(await backUp(service));
  },
});

/** Makes a backup. @returns the snapshot's id */
export async function backUp(service: Admin): Promise<string> {
  let run: Run | undefined;
  await expect(async () => {
    // Another one may be running: the schedule's, or that of a test before.
    run = await service<Run>('POST', '/runs', { kind: 'backup' });
  }).toPass(PATIENT);
  await expect(async () => {
    run = await service<Run>('GET', `/runs/${run?.id}`);
    expect(['queued', 'running']).not.toContain(run.status);
  }).toPass(PATIENT);
  expect(run?.status, JSON.stringify(run)).toBe('complete');
  return run?.snapshot ?? '';
}

function inBucket({ values }: Settings, bucket: Bucket): SettingsUpdate {
  const url = `s3://${bucket.name}/journeys`;
  const place = { url, preset: 'minio', endpoint: bucket.endpoint, region: 'us-east-1', forcePathStyle: true } as const;
  return {
    values: { target: { ...values.target, ...place } },
    secrets: { s3AccessKeyId: bucket.key, s3SecretAccessKey: bucket.secret },
  };
}

/** What nothing is set yet means: the target and its keys are taken out of the settings. */
export async function forgetTarget(service: Admin): Promise<boolean> {
  const { values, owners } = await service<Settings>('GET', '/settings');
  if (owners['target.url']?.owner === 'deployment') {
    return false;
  }
  if (values.target.url !== '') {
    await service('PUT', '/settings', {
      values: { target: { ...values.target, url: '', endpoint: '' } },
      secrets: { s3AccessKeyId: null, s3SecretAccessKey: null },
    });
  }
  return true;
}
