import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import { removeDirectory, startService } from '../support/service.ts';

const ADMIN_PASSWORD = 'hunter2-the-admin-password';
const S3_SECRET = 'S3SECRET0123456789abcdefghijklmnopqrstuv';
const S3_KEY = 'AKIAABCDEFGHIJKLMNOP';
const AGE = 'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ';
const HOOK = 'http://127.0.0.1:9/hooks/T000/B000/XXXXSECRETXXXX';

it('shows a secret nowhere: not in logs at trace level, answers, errors, metrics or records', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  [...grafana.state.users.values()].find(({ login }) => login === 'admin')!.password = ADMIN_PASSWORD;
  const service = await startService({
    grafanaUrl: grafana.url,
    environment: {
      GRAFANA_ADMIN_PASSWORD: ADMIN_PASSWORD,
      AWS_ACCESS_KEY_ID: S3_KEY,
      DASHKEEP_WEBHOOK_URL: HOOK,
    },
  });
  const seen: string[] = [];
  const call: typeof service.call = async (...given) => {
    const answer = await service.call(...given);
    seen.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  try {
    await call('PUT', '/settings', { secrets: { s3SecretAccessKey: S3_SECRET, ageIdentity: AGE } });
    const { json: run } = await call('POST', '/runs', { kind: 'backup' });
    await service.ended(run.id);
    await service.service.keeper?.check();
    // An S3 target that can't be reached, with all of its secrets in play.
    const target = (await call('GET', '/settings')).json.values.target;
    await call('POST', '/settings/check', {
      values: { target: { ...target, url: 's3://bucket/prefix', endpoint: 'http://127.0.0.1:9' } },
      secrets: { s3SecretAccessKey: S3_SECRET, webhookUrl: `${HOOK}2` },
    });
    await call('POST', '/settings/check', {});
    await call('POST', '/notifications/test', {});
    await call('PUT', '/settings', { secrets: { s3SecretAccessKey: `${S3_SECRET} pasted with a space` } });
    await call('PUT', '/settings', { secrets: { ageIdentity: `not one ${AGE.slice(0, 10)}` } });
    // A Grafana that refuses everything, so that errors carry whatever they carry.
    grafana.setFaults({ match: '*', action: { kind: 'status', status: 401 } });
    const { json: failing } = await call('POST', '/runs', { kind: 'backup' });
    await service.ended(failing.id);
    await service.service.keeper?.check();
    for (const path of [
      '/status',
      '/doctor',
      '/runs',
      `/runs/${failing.id}`,
      '/settings',
      '/snapshots',
      '/openapi.json',
    ]) {
      await call('GET', path);
    }
    seen.push(
      await (await fetch(`${service.opsUrl}/metrics`)).text(),
      await (await fetch(`${service.opsUrl}/readyz`)).text(),
    );
    const tokens = grafana.state.tokens.map(({ key }) => key);
    const stored = await Promise.all(
      (await readdir(join(service.directory, 'target'), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')),
    );
    const places = { log: service.lines.join(''), answers: seen.join('\n'), target: stored.join('\n') };
    expect(service.lines.length).toBeGreaterThan(5);
    const secrets = [
      ADMIN_PASSWORD,
      S3_SECRET,
      S3_KEY,
      AGE,
      'XXXXSECRETXXXX',
      service.token,
      Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64'),
      ...tokens,
    ];
    for (const [place, text] of Object.entries(places)) {
      for (const secret of secrets) {
        expect(text.includes(secret), `${secret} in the ${place}`).toBe(false);
      }
    }
    expect(tokens.length).toBeGreaterThan(0);
  } finally {
    await service.stop();
    await grafana.close();
    await removeDirectory(service.directory);
  }
}, 60_000);
