import { rm } from 'node:fs/promises';
import { startGrafana, type Simulator } from '../support/grafana/index.ts';
import { startPreview, type Preview } from '../support/preview/preview.ts';
import { startS3Server, type S3Server } from '../support/s3/server.ts';
import { startService, type TestService } from '../support/service.ts';
import { test as base } from './fixtures.ts';

interface Stack {
  grafana: Simulator;
  bucket: S3Server;
  /** The service that runs now; a test that starts another one puts it here. */
  service: TestService;
  preview: Preview;
  /** Calls Grafana as its admin would. @throws when it refuses */
  admin<T>(method: string, path: string, body?: unknown): Promise<T>;
}

interface RealFixtures {
  /** Whether the deployment has set the target and a first backup was made. */
  configured: boolean;
  stack: Stack;
}

/** Tests on the real service: a simulated Grafana before it, a real bucket behind it, Grafana's proxy in between. */
export const test = base.extend<RealFixtures>({
  configured: [true, { option: true }],
  stack: async ({ configured }, use) => {
    const grafana = await startGrafana({ profile: '13.2' });
    grafana.demoSeed();
    const bucket = await startS3Server({ buckets: ['backups'] });
    const service = await startService({
      grafanaUrl: grafana.url,
      environment: configured
        ? { ...bucket.environment, DASHKEEP_TARGET: 's3://backups/demo' }
        : { DASHKEEP_TARGET: undefined, DASHKEEP_SCHEDULE: undefined },
    });
    if (configured) {
      const { json } = await service.call('POST', '/runs', { kind: 'backup' });
      await service.ended(String(json.id));
    }
    const authorization = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
    const preview = await startPreview({
      sidecarUrl: service.url,
      sidecarToken: service.token,
      grafana: { url: grafana.url, authorization },
    });
    const admin = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const answer = await fetch(grafana.url + path, {
        method,
        headers: { authorization, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (!answer.ok) {
        throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      }
      return (await answer.json()) as T;
    };
    const stack: Stack = { grafana, bucket, service, preview, admin };
    await use(stack);
    await preview.close();
    await stack.service.stop();
    await bucket.close();
    await grafana.close();
    await rm(service.directory, { recursive: true, force: true, maxRetries: 3 });
  },
  preview: async ({ stack }, use) => use(stack.preview),
});
