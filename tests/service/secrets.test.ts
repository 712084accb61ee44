import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity } from 'age-encryption';
import { expect, it } from 'vitest';
import { startGrafana } from '../support/grafana/index.ts';
import { removeDirectory, startService } from '../support/service.ts';
import { startWebhook } from '../support/webhook.ts';
import { program } from '../support/program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const ADMIN_PASSWORD = 'hunter2-the-admin-password';
const S3_SECRET = 'S3SECRET0123456789abcdefghijklmnopqrstuv';
const S3_KEY = 'AKIAABCDEFGHIJKLMNOP';
const HOOK_PATH = '/hooks/T000/B000/XXXXSECRETXXXX';
const NOWHERE = 'http://127.0.0.1:9';

/** What the command prints on both of its outputs, as people see it and as JSON. */
async function printedByDoctor(environment: Record<string, string>): Promise<string> {
  const file = await program();
  const printed = [[], ['--json']].map(
    (flags) =>
      new Promise<string>((resolve) => {
        const env = { PATH: process.env['PATH'], DASHKEEP_LOG_LEVEL: 'debug', ...environment };
        execFile(process.execPath, [file, 'doctor', ...flags], { cwd: ROOT, env }, (_error, out, errors) =>
          resolve(out + errors),
        );
      }),
  );
  return (await Promise.all(printed)).join('\n');
}

it('shows a secret nowhere: not in logs at trace level, answers, errors, metrics, records, notices or on a screen', async () => {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 2, folders: 1 });
  [...grafana.state.users.values()].find(({ login }) => login === 'admin')!.password = ADMIN_PASSWORD;
  const AGE = await generateX25519Identity();
  const webhook = await startWebhook(HOOK_PATH);
  const environment = {
    GRAFANA_ADMIN_PASSWORD: ADMIN_PASSWORD,
    AWS_ACCESS_KEY_ID: S3_KEY,
    DASHKEEP_WEBHOOK_URL: webhook.url,
  };
  const service = await startService({ grafanaUrl: grafana.url, environment });
  const screens: string[] = [];
  const examine = async (more: Record<string, string>): Promise<void> => {
    const printed = await printedByDoctor({
      ...environment,
      GRAFANA_URL: grafana.url,
      GRAFANA_ADMIN_USER: 'admin',
      DASHKEEP_KUBERNETES: 'off',
      DASHKEEP_STATE_DIR: join(service.directory, 'state'),
      DASHKEEP_API_TOKEN: service.token,
      AWS_SECRET_ACCESS_KEY: S3_SECRET,
      DASHKEEP_AGE_IDENTITY: AGE,
      ...more,
    });
    screens.push(printed);
    expect(printed).toMatch(/target: /);
    expect(printed).toContain('"checks"');
  };
  const seen: string[] = [];
  const call: typeof service.call = async (...given) => {
    const answer = await service.call(...given);
    seen.push(answer.text, JSON.stringify([...answer.headers]));
    return answer;
  };
  try {
    await call('PUT', '/settings', { secrets: { s3SecretAccessKey: S3_SECRET, ageIdentity: AGE } });
    const { json: run } = await call('POST', '/runs', { kind: 'backup' });
    expect(await service.ended(run.id)).toMatchObject({ status: 'complete' });
    await service.service.keeper?.check();
    // An S3 target that can't be reached, with all of its secrets in play.
    const target = (await call('GET', '/settings')).json.values.target;
    await call('POST', '/settings/check', {
      values: { target: { ...target, url: 's3://bucket/prefix', endpoint: NOWHERE } },
      secrets: { s3SecretAccessKey: S3_SECRET, webhookUrl: `${NOWHERE}${HOOK_PATH}` },
    });
    await call('POST', '/settings/check', {});
    await call('POST', '/notifications/test', {});
    await call('PUT', '/settings', { secrets: { s3SecretAccessKey: `${S3_SECRET} pasted with a space` } });
    await call('PUT', '/settings', { secrets: { ageIdentity: `not one ${AGE.slice(0, 20)}` } });
    await examine({ DASHKEEP_TARGET: `file://${join(service.directory, 'target')}` });
    // A Grafana that refuses everything, so that errors carry whatever they carry.
    grafana.setFaults({ match: '*', action: { kind: 'status', status: 401 } });
    const { json: failing } = await call('POST', '/runs', { kind: 'backup' });
    await service.ended(failing.id);
    await service.service.keeper?.check();
    await examine({ DASHKEEP_TARGET: 's3://bucket/prefix', DASHKEEP_S3_ENDPOINT: NOWHERE, AWS_REGION: 'here' });
    await webhook.took(2);
    const { notifications } = (await call('GET', '/settings')).json.values;
    await call('PUT', '/settings', { values: { notifications: { ...notifications, format: 'slack' } } });
    await call('POST', '/notifications/test', {});
    const { json: again } = await call('POST', '/runs', { kind: 'backup' });
    await service.ended(again.id);
    await webhook.took(4);
    // A receiver that is gone: its address is a secret too.
    await webhook.close();
    await call('POST', '/notifications/test', {});
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
    const places = {
      log: service.lines.join(''),
      answers: seen.join('\n'),
      target: stored.join('\n'),
      webhook: webhook.heard.join('\n'),
      screen: screens.join('\n'),
    };
    const forms = webhook.taken.map(({ event, text }) => event ?? String(text).split(' ')[0]);
    expect(forms.sort()).toEqual([':wave:', ':x:', 'failed', 'test']);
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
    await webhook.close();
    await grafana.close();
    await removeDirectory(service.directory);
  }
});
