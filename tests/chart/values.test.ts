import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { documentedValues, withValuesTable } from '../../scripts/chart/readme.ts';
import { CHART, template, the, tryTemplate } from '../support/helm/helm.ts';
import { podIn } from './charts.ts';

const valuesYaml = await readFile(join(CHART, 'values.yaml'), 'utf8');

describe('wrong values', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown mode', { mode: 'daemon' }, "at '/mode': value must be one of 'sidecar', 'deployment', 'cronjob'"],
    ['a misspelt key', { schedul: 'x' }, "additional properties 'schedul' not allowed"],
    ['a misspelt key deep down', { grafana: { adminSecret: { nam: 'x' } } }, "at '/grafana/adminSecret'"],
    ['a misspelt key of the shared values', { global: { dashkeep: { enable: true } } }, "at '/global/dashkeep'"],
    ['a URL without a scheme', { grafana: { url: 'grafana:3000' } }, "at '/grafana/url'"],
    ['quotes in an endpoint', { s3: { endpoint: 'https://"s3' } }, "at '/s3/endpoint'"],
    ['a target that is neither bucket nor directory', { target: 'my-bucket' }, "at '/target'"],
    ['a bucket that no store allows', { target: 's3://My_Bucket' }, "at '/target'"],
    ['half a digest', { image: { digest: 'sha256:abc' } }, "at '/image/digest'"],
    ['a cron expression with a field too few', { schedule: '0 * * *' }, "at '/schedule'"],
    ['a Secret name that Kubernetes refuses', { tokenSecret: { name: 'Grafana_Backup' } }, "at '/tokenSecret/name'"],
    [
      'an age identity where a recipient belongs',
      { encryption: { ageRecipients: ['AGE-SECRET-KEY-1X'] } },
      'ageRecipients',
    ],
    ['a token among the values', { connections: { a: { url: 'https://g', token: 'glsa_x' } } }, "at '/connections/a'"],
    ['a password in an address', { connections: { a: { url: 'https://u:p@g' } } }, "at '/connections/a/url'"],
    ['half a fingerprint', { signing: { trustedKeys: ['0123abcd'] } }, "at '/signing/trustedKeys/0'"],
    [
      'an installation that is neither bucket nor directory',
      { fleet: { targets: ['backups/*'] } },
      "at '/fleet/targets/0'",
    ],
    ['text for a number', { deployment: { replicas: 'two' } }, "at '/deployment/replicas': got string, want integer"],
    ['text for a switch', { rbac: { create: 'yes' } }, "at '/rbac/create': got string, want boolean"],
    ['extraContainers habits: a map for a list', { extraEnv: { A: '1' } }, "at '/extraEnv': got object, want array"],
  ])('%s', async (_, values, text) => {
    const outcome = await tryTemplate(CHART, { values: [values] });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain(text);
  });
});

describe('values that contradict each other', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a sidecar in another namespace', { grafana: { namespace: 'other' } }, 'use `-n other`, or mode=deployment'],
    ['a CronJob without a target', { mode: 'cronjob' }, 'set target'],
    [
      'a directory without a volume',
      { mode: 'cronjob', target: 'file:///b' },
      'set extraVolumes and extraVolumeMounts',
    ],
    [
      'an injected sidecar and a Deployment',
      { mode: 'deployment', global: { dashkeep: { enabled: true } } },
      'contradicts mode=deployment',
    ],
    [
      'two names in an umbrella',
      { fullnameOverride: 'x', global: { dashkeep: { enabled: true } } },
      'global.dashkeep.fullnameOverride',
    ],
    ['the token in the admin Secret', { tokenSecret: { name: 'grafana' } }, 'use a separate one'],
    ['the token in the S3 Secret', { tokenSecret: { name: 'grafana-backup-s3-credentials' } }, 'use a separate one'],
    ['a secret as plain configuration', { config: { AWS_SECRET_ACCESS_KEY: 'x' } }, 'secretKeyRef'],
    ['a setting that has its own value', { config: { DASHKEEP_SCHEDULE: 'off' } }, 'config.DASHKEEP_SCHEDULE'],
    ['a CronJob that never runs', { mode: 'cronjob', target: 's3://bucket', schedule: 'off' }, 'cronjob.suspend'],
    [
      'a budget for one pod',
      { mode: 'deployment', deployment: { podDisruptionBudget: { enabled: true } } },
      'replicas of at least 2',
    ],
  ])('%s', async (_, values, text) => {
    const outcome = await tryTemplate(CHART, { values: [values] });
    expect(outcome.code).not.toBe(0);
    expect(outcome.stderr).toContain('Dashkeep: ');
    expect(outcome.stderr).toContain(text);
    expect(outcome.stderr).not.toContain('nil pointer');
  });
});

describe('the documentation of the values', () => {
  it('covers every value', () => {
    const documented = new Set(documentedValues(valuesYaml).map(({ path }) => path));
    const undocumented = leaves(parse(valuesYaml)).filter(
      (path) => !documented.has(path) && ![...documented].some((parent) => path.startsWith(`${parent}.`)),
    );
    expect(undocumented).toEqual([]);
  });

  it('is in the README as it is in values.yaml (npm run chart)', async () => {
    const readme = await readFile(join(CHART, 'README.md'), 'utf8');
    expect(readme).toBe(withValuesTable(readme, valuesYaml));
  });

  it('names the defaults that the chart really has', async () => {
    const { stdout } = await tryTemplate(CHART, { values: [parse(valuesYaml)] });
    expect(stdout).toBe((await tryTemplate(CHART)).stdout);
  });
});

describe('settings as environment', () => {
  it('follow from the values', async () => {
    const objects = await template(CHART, {
      values: [
        {
          mode: 'deployment',
          target: 's3://bucket/p',
          schedule: '5 4 * * *',
          timezone: 'Europe/Paris',
          s3: { endpoint: 'https://s3.fr-par.scw.cloud', region: 'fr-par', profile: 'scw', forcePathStyle: false },
          encryption: { ageRecipients: ['age1a', 'age1b'] },
          signing: { trustedKeys: ['0123456789abcdef0123456789abcdef', 'f'.repeat(32)] },
          config: { DASHKEEP_EXTRA: 7 },
        },
      ],
    });
    expect(the(objects, 'ConfigMap', 'dashkeep')['data']).toMatchObject({
      GRAFANA_URL: 'http://grafana.monitoring.svc',
      DASHKEEP_TARGET: 's3://bucket/p',
      DASHKEEP_SCHEDULE: '5 4 * * *',
      DASHKEEP_TIMEZONE: 'Europe/Paris',
      DASHKEEP_S3_ENDPOINT: 'https://s3.fr-par.scw.cloud',
      DASHKEEP_S3_FORCE_PATH_STYLE: 'false',
      AWS_REGION: 'fr-par',
      AWS_PROFILE: 'scw',
      DASHKEEP_AGE_RECIPIENTS: 'age1a,age1b',
      DASHKEEP_TRUSTED_KEYS: `0123456789abcdef0123456789abcdef,${'f'.repeat(32)}`,
      DASHKEEP_EXTRA: '7',
      DASHKEEP_LISTEN: '0.0.0.0:3210',
      DASHKEEP_OPS_LISTEN: '0.0.0.0:9464',
    });
  });

  it('take tokens of other Grafanas only from Secrets', async () => {
    const tokenSecret = { name: 'production' };
    const connections = { 'my-production': { url: 'https://grafana.example.com:8443', tokenSecret } };
    const values = [{ mode: 'deployment', target: 's3://bucket', connections, networkPolicy: { enabled: true } }];
    const objects = await template(CHART, { values });
    const prefix = 'DASHKEEP_CONNECTION_MY_PRODUCTION_';
    const file = 'connections/my-production/token';
    const config = objects.find(({ data }) => data?.['GRAFANA_URL'] !== undefined)?.['data'] as Record<string, string>;
    expect(config).toMatchObject({
      [`${prefix}URL`]: 'https://grafana.example.com:8443',
      [`${prefix}TOKEN_FILE`]: `/var/run/secrets/dashkeep/${file}`,
    });
    expect(JSON.stringify(the(objects, 'Deployment'))).toContain(
      JSON.stringify({ secret: { name: 'production', optional: true, items: [{ key: 'token', path: file }] } }),
    );
    expect(JSON.stringify(the(objects, 'NetworkPolicy').spec.egress)).toContain('8443');
  });

  it('do not keep a pod from starting where a Secret is missing', async () => {
    const secret = (name: string): object => ({ credentialsSecret: { name } });
    const values = {
      ...{ mode: 'deployment', target: 's3://bucket', tls: { enabled: false } },
      ...{ azure: secret('azure'), gcs: secret('gcs'), copy: { target: 's3://copy', s3: secret('copy') } },
      encryption: { ageIdentitySecret: { name: 'age' } },
      email: { host: 'mail', from: 'a@example.com', passwordSecret: { name: 'mail' } },
    };
    const pod = podIn(the(await template(CHART, { values: [values] }), 'Deployment'));
    const [{ projected }] = (pod.volumes ?? []) as [{ projected: { sources: { secret?: { optional?: boolean } }[] } }];
    const secrets = projected.sources.flatMap((one) => one.secret ?? []);
    expect(secrets).toHaveLength(7);
    expect(secrets.filter(({ optional }) => optional !== true)).toEqual([]);
  });

  it('turn the schedule off, as before a recovery', async () => {
    const objects = await template(CHART, { args: ['--set', 'schedule=off'] });
    expect(the(objects, 'ConfigMap', 'dashkeep')['data']).toMatchObject({ DASHKEEP_SCHEDULE: 'off' });
  });

  it('keep the API on loopback in Grafana’s pod', async () => {
    const data = the(await template(CHART), 'ConfigMap', 'dashkeep')['data'];
    expect(data).toMatchObject({ DASHKEEP_LISTEN: '127.0.0.1:3210', GRAFANA_URL: 'http://127.0.0.1:3000' });
  });
});

/** Paths of everything in a tree of values that has nothing below it. */
function leaves(tree: Record<string, unknown>, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const isBranch =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    return isBranch ? leaves(value as Record<string, unknown>, `${prefix}${key}.`) : [`${prefix}${key}`];
  });
}
