import { describe, expect, it } from 'vitest';
import { CHART, helm } from '../support/helm/helm.ts';

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
    expect(notes).toMatch(
      /Snapshots are not encrypted.*\n.*before the first backup: encryption applies only to new data/,
    );
  });

  it.each([
    ['sidecar', 'app.kubernetes.io/instance=grafana,app.kubernetes.io/name=grafana'],
    ['deployment', 'app.kubernetes.io/instance=dashkeep,app.kubernetes.io/name=dashkeep'],
    ['cronjob', 'app.kubernetes.io/instance=dashkeep,app.kubernetes.io/name=dashkeep'],
  ])('%s: say where a pod tells why it does not start', async (mode, labels) => {
    const set = `mode=${mode},target=s3://bucket/p`;
    const { stdout } = await helm('install', 'dashkeep', CHART, '-n', 'monitoring', '--dry-run=client', '--set', set);
    expect(stdout).toContain(`kubectl -n monitoring describe pod -l ${labels}\n`);
    const rendered = await helm('template', 'dashkeep', CHART, '-n', 'monitoring', '--set', set);
    for (const label of mode === 'sidecar' ? [] : labels.split(',')) {
      expect(rendered.stdout).toContain(label.replace('=', ': '));
    }
  });

  it('upgrade Grafana’s release to the version of the chart that it has', async () => {
    const { stdout } = await helm('install', 'dashkeep', CHART, '--dry-run=client');
    expect(stdout).toMatch(
      /helm -n \S+ get values grafana -o yaml > your-values\.yaml\n +helm upgrade grafana oci:\S+ --version <version> /,
    );
  });

  it.each(['sidecar', 'deployment'])(
    '%s: warn that a Grafana without persistent storage loses its content',
    async (mode) => {
      const { stdout } = await helm('install', 'dashkeep', CHART, '--dry-run=client', '--set', `mode=${mode}`);
      expect(stdout).toMatch(/restarts Grafana's pod once\.\nWithout a persistent volume .* loses its content/);
    },
  );

  it.each([
    ['sidecar', '', true],
    ['cronjob', ',extraEnv[0].name=HTTPS_PROXY,extraEnv[0].value=http://proxy', true],
    ['cronjob', ',extraEnv[0].name=GRAFANA_ADMIN_USER,extraEnv[0].value=admin', false],
    ['deployment', ',config.DASHKEEP_ORGS=all', false],
  ])('%s%s: say that backups include one organization: %s', async (mode, more, said) => {
    const set = `mode=${mode},target=s3://bucket/p${more}`;
    const { stdout } = await helm('install', 'dashkeep', CHART, '--dry-run=client', '--set', set);
    expect(stdout.includes('Backups include one organization of Grafana.')).toBe(said);
  });

  it.each([
    ['sidecar', '', false],
    ['deployment', '', true],
    ['cronjob', '', true],
    ['cronjob', ',s3.endpoint=http://minio:8333', false],
    ['cronjob', ',networkPolicy.enabled=false', false],
    ['cronjob', ',target=file:///backups', false],
  ])('%s%s: say which ports the NetworkPolicy allows: %s', async (mode, more, said) => {
    const set = `mode=${mode},target=s3://bucket/p${more}`;
    const { stdout } = await helm('install', 'dashkeep', CHART, '--dry-run=client', '--set', set);
    expect(stdout.includes('other than 443 or 9000, set s3.endpoint to that address')).toBe(said);
  });

  it('say where the bucket can be chosen while there is none', async () => {
    const outcome = await helm('install', 'dashkeep', CHART, '--dry-run=client');
    expect(outcome.stdout).toContain('No target is set');
  });
});
