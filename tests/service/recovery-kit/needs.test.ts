import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSecrets } from '../../../pkg/engine/restore/apply/secrets.ts';
import { call } from '../../simulator/http.ts';
import { runMain } from '../../support/cli.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { startS3Server, type S3Server } from '../../support/s3/server.ts';
import { codeBlocks, linesOf } from './text.ts';

let grafana: Simulator;
let s3: S3Server;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let kit: string;

beforeAll(async () => {
  grafana = await startGrafana({ profile: '12.4' });
  const post = (route: `POST ${string}`, body: object, org = 1) =>
    call(grafana, 'admin:admin', route, body, { 'x-grafana-org-id': String(org) });
  const { body } = await post('POST /api/orgs', { name: 'Second' });
  const source = { type: 'prometheus', access: 'proxy', url: 'http://p', secureJsonData: { basicAuthPassword: 'x' } };
  await post('POST /api/datasources', { ...source, name: 'Loki', uid: 'loki' });
  await post('POST /api/datasources', { ...source, name: 'Shared', uid: 'shared' });
  await post('POST /api/datasources', { ...source, name: 'Shared', uid: 'shared', secureJsonData: {} }, body.orgId);
  const settings = { url: 'https://hooks.example.com/x' };
  await post('POST /api/v1/provisioning/contact-points', { name: "it's: ops", type: 'slack', settings });
  s3 = await startS3Server({ buckets: ['bucket'] });
  directory = await temporaryDirectory();
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: key, ...where } = s3.environment;
  await mkdir(join(directory.path, 'files'));
  const files = {
    GRAFANA_ADMIN_PASSWORD_FILE: join(directory.path, 'files/admin'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory.path, 'files/s3'),
  };
  await writeFile(files.GRAFANA_ADMIN_PASSWORD_FILE, 'admin\n');
  await writeFile(
    files.AWS_SHARED_CREDENTIALS_FILE,
    `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${key}\n`,
  );
  const environment = {
    ...{ ...where, ...files, HOME: directory.path, GRAFANA_URL: grafana.url, GRAFANA_ADMIN_USER: 'admin' },
    ...{ DASHKEEP_KUBERNETES: 'off', DASHKEEP_TARGET: 's3://bucket/prod', DASHKEEP_ORGS: 'all' },
  };
  expect((await runMain(['backup'], environment)).exit).toBe(0);
  const { exit, out, error } = await runMain(['recovery-kit'], environment);
  expect(exit, error).toBe(0);
  kit = out;
});

afterAll(async () => {
  await Promise.all([s3?.close(), grafana?.close()]);
  await directory?.remove();
});

it('has the file for --secrets with the secrets that it lists', () => {
  const [file = ''] = codeBlocks(kit).filter((text) => text.includes('{ env: SECRET_1 }'));
  const variables = [...file.matchAll(/SECRET_\d+/g)].map(([name]) => [name, `value of ${name}`] as const);
  const supplied = parseSecrets(file, Object.fromEntries(variables));
  expect(supplied('contact-point', "it's: ops", 1)).toEqual({ url: expect.stringContaining('value of') });
  expect(supplied('data-source', 'loki', 7)).toEqual({ basicAuthPassword: expect.stringContaining('value of') });
  // Another organization has one of that name, so a restore refuses an entry without the organization.
  expect(supplied('data-source', 'shared', 1)).toEqual({ basicAuthPassword: expect.stringContaining('value of') });
  expect(supplied('data-source', 'shared', 2)).toBeUndefined();
  expect(new Set(variables.map(([name]) => name)).size).toBe(3);
});

it('lists the secrets of Dashkeep as they are set, and where the keys of the target are', () => {
  const list = /Dashkeep itself uses these secrets:<\/p>\s*<ul>(.*?)<\/ul>/s.exec(kit)?.[1] ?? '';
  expect([...list.matchAll(/<li>(.*?)<\/li>/gs)].map(([, item = '']) => linesOf(item).join(''))).toEqual([
    'GRAFANA_ADMIN_PASSWORD_FILE',
    'GRAFANA_ADMIN_USER',
    `credentials of the target: profile default in ${join(directory.path, 'files/s3')}`,
  ]);
});

it('has the addresses of the documentation and the program, and of each page that its guides mention', () => {
  expect(kit).toContain('https://github.com/dashkeep/dashkeep/tree/main/docs');
  expect(kit).toContain('https://github.com/dashkeep/dashkeep/releases');
  const text = linesOf(kit).join('');
  for (const words of [
    'mass change (docs/runbooks/mass-change.md)',
    'all losses (docs/kinds.md)',
    'executable (docs/install/outside-kubernetes.md)',
    'see restore (docs/restore.md#secrets)',
  ]) {
    expect(text).toContain(words);
  }
  // These are in the kit itself.
  expect(text).not.toContain('(docs/rescue.md');
  expect(text).not.toContain('(docs/disaster-recovery.md');
});
