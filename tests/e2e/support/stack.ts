import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { startGrafana } from '../../support/grafana/index.ts';
import { startPreview } from '../../support/preview/preview.ts';
import { startS3Server } from '../../support/s3/server.ts';
import { startService } from '../../support/service.ts';
import { GRAFANA_URL, PACKAGES } from './fixtures.ts';

/** A bucket, as the service reaches it. */
export interface Bucket {
  name: string;
  endpoint: string;
  key: string;
  secret: string;
}

/** All that is behind the page: a Grafana, the real service, a bucket. */
export interface Stack {
  origin: string;
  bucket: Bucket;
  /** Ends the service, and starts it again; undefined where that is not in our hands. */
  service: { stop(): Promise<void>; start(): Promise<void> } | undefined;
  /** Makes every answer of Grafana late, by that many milliseconds; undefined where that is not in our hands. */
  slowDown: ((milliseconds: number) => void) | undefined;
  close(): Promise<void>;
}

export function startStack(): Promise<Stack> {
  return GRAFANA_URL === undefined ? preview() : Promise.resolve(realGrafana(GRAFANA_URL));
}

/**
 * On this machine alone: a simulated Grafana before the service, an S3 server behind it, Grafana's proxy in between.
 */
async function preview(): Promise<Stack> {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.demoSeed();
  const s3 = await startS3Server({ buckets: ['backups'] });
  const environment: Record<string, string | undefined> = { DASHKEEP_TARGET: undefined };
  let service = await startService({ grafanaUrl: grafana.url, environment });
  const page = await startPreview({
    sidecarUrl: service.url,
    sidecarToken: service.token,
    grafana: { url: grafana.url, authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}` },
    packages: PACKAGES,
  });
  const { directory, url } = service;
  return {
    origin: page.origin,
    bucket: {
      name: 'backups',
      endpoint: s3.url,
      key: s3.environment['AWS_ACCESS_KEY_ID'] ?? '',
      secret: s3.environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
    service: {
      stop: () => service.stop(),
      start: async () => {
        const listen = { ...environment, DASHKEEP_LISTEN: new URL(url).host };
        service = await startService({ grafanaUrl: grafana.url, directory, environment: listen });
      },
    },
    slowDown: (milliseconds) => grafana.setLoad({ latencyMs: milliseconds }),
    close: async () => {
      await page.close();
      await service.stop();
      await s3.close();
      await grafana.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/**
 * What tests/e2e/compose.yaml starts, or another Grafana with the app. Nothing of it is started or ended here but the
 * service, by Compose (DASHKEEP_TEST_COMPOSE) or by a program that takes `start` and `stop` (DASHKEEP_TEST_SERVICE).
 */
function realGrafana(origin: string): Stack {
  const env = (name: string, otherwise: string) => process.env[name] ?? otherwise;
  const compose = process.env['DASHKEEP_TEST_COMPOSE'];
  const script = process.env['DASHKEEP_TEST_SERVICE'];
  const call = async (verb: 'start' | 'stop') => {
    const files = (compose ?? '').split(' ').flatMap((file) => ['-f', file]);
    const [program, ...args] =
      script === undefined ? ['docker', 'compose', ...files, verb, 'dashkeep'] : [...script.split(' '), verb];
    await promisify(execFile)(program ?? '', args);
  };
  return {
    origin,
    bucket: {
      name: env('DASHKEEP_TEST_BUCKET', 'dashkeep'),
      endpoint: env('DASHKEEP_TEST_S3_ENDPOINT', 'http://s3:8333'),
      key: env('DASHKEEP_TEST_S3_KEY', 'dashkeep'),
      secret: env('DASHKEEP_TEST_S3_SECRET', 'only-for-looking-around'),
    },
    service: (compose ?? script) === undefined ? undefined : { stop: () => call('stop'), start: () => call('start') },
    slowDown: undefined,
    close: () => Promise.resolve(),
  };
}
