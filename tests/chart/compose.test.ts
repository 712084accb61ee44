import { access, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderRules } from '../../scripts/chart/examples.ts';
import { CHART } from '../support/helm/helm.ts';
import { ROOT, dockerStages } from './rootfs.ts';

interface Service {
  image: string;
  pull_policy?: string;
  build?: { context: string; target?: string; args?: string[] };
  depends_on?: Record<string, { condition: string }>;
  ports?: string[];
  environment?: Record<string, unknown>;
  volumes?: string[];
  healthcheck?: object;
  command?: string[];
}

interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, null>;
}

const compose = parse(await readFile(join(ROOT, 'docker-compose.yaml'), 'utf8')) as ComposeFile;
const services = Object.entries(compose.services);

/**
 * The keys of the compose specification that this file uses; another one is a spelling mistake until it is added here.
 */
const KEYS = {
  top: ['name', 'services', 'volumes'],
  service: [
    ...['image', 'build', 'depends_on', 'ports', 'environment', 'volumes', 'healthcheck', 'command', 'user', 'restart'],
    ...['network_mode', 'read_only', 'cap_drop', 'security_opt', 'tmpfs', 'entrypoint', 'pull_policy'],
  ],
  build: ['context', 'target', 'args'],
  healthcheck: ['test', 'interval', 'retries'],
};

describe('docker-compose.yaml', () => {
  it('has only keys that compose knows', () => {
    expect(KEYS.top).toEqual(expect.arrayContaining(Object.keys(compose)));
    for (const [, service] of services) {
      expect(KEYS.service).toEqual(expect.arrayContaining(Object.keys(service)));
      expect(KEYS.build).toEqual(expect.arrayContaining(Object.keys(service.build ?? {})));
      expect(KEYS.healthcheck).toEqual(expect.arrayContaining(Object.keys(service.healthcheck ?? {})));
    }
  });

  it('waits only for services and conditions that can be met', () => {
    for (const [, { depends_on = {} }] of services) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const other = compose.services[name];
        expect(other, name).toBeDefined();
        expect(['service_started', 'service_healthy', 'service_completed_successfully']).toContain(condition);
        expect(condition !== 'service_healthy' || other?.healthcheck !== undefined, name).toBe(true);
      }
    }
  });

  it('mounts only files that are here, read-only, and volumes that it declares', async () => {
    for (const [, { volumes = [] }] of services) {
      for (const [source = '', , mode] of volumes.map((volume) => volume.split(':'))) {
        if (source.startsWith('.')) {
          await access(join(ROOT, source));
          expect(mode, source).toBe('ro');
        } else {
          expect(Object.keys(compose.volumes)).toContain(source);
        }
      }
    }
  });

  it('opens ports to this machine only', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports)) {
      expect(port).toMatch(/^127\.0\.0\.1:/);
    }
  });

  it('pins every foreign image, pulls none of ours, and builds them from stages and arguments that exist', async () => {
    const stages = (await dockerStages()).map(({ name }) => name);
    const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
    const ours = services.flatMap(([, { image, build }]) => (build === undefined ? [] : [image]));
    for (const [name, { image, build, pull_policy }] of services) {
      if (build !== undefined) {
        expect([undefined, ...stages]).toContain(build.target);
        for (const argument of build.args ?? []) {
          expect(dockerfile).toContain(`ARG ${argument}=`);
        }
      } else if (!ours.includes(image)) {
        expect(image, name).toMatch(/:(\$\{\w+:-)?v?\d/);
      } else {
        // Compose would try to pull it first, and show an error.
        expect(pull_policy, name).toBe('never');
      }
    }
  });

  it('gives Grafana, service and store the same secrets', () => {
    const { grafana, dashkeep, s3 } = compose.services;
    const ours = dashkeep?.environment ?? {};
    expect(grafana?.environment?.['DASHKEEP_API_TOKEN']).toBe(ours['DASHKEEP_API_TOKEN']);
    expect(grafana?.environment?.['GF_SECURITY_ADMIN_PASSWORD']).toBe(ours['GRAFANA_ADMIN_PASSWORD']);
    for (const key of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
      expect(s3?.environment?.[key]).toBe(ours[key]);
    }
    expect(ours['DASHKEEP_TARGET']).toContain(`s3://${String(s3?.environment?.['S3_BUCKET'])}/`);
  });

  it('speaks to services by their names and ports', () => {
    const ours = compose.services['dashkeep']?.environment ?? {};
    for (const key of ['GRAFANA_URL', 'DASHKEEP_URL', 'DASHKEEP_S3_ENDPOINT']) {
      expect(Object.keys(compose.services)).toContain(new URL(String(ours[key])).hostname);
    }
  });
});

describe('provisioning', () => {
  it('configures the app without a click, with the address that the service has', async () => {
    const [app] = (await read('plugins/dashkeep.yaml')).apps;
    const { id } = JSON.parse(await readFile(join(ROOT, 'plugin.json'), 'utf8')) as { id: string };
    expect(app).toEqual({
      type: id,
      org_id: 1,
      disabled: false,
      jsonData: { sidecarUrl: compose.services['dashkeep']?.environment?.['DASHKEEP_URL'] },
      secureJsonData: {
        sidecarToken: `${compose.services['dashkeep']?.environment?.['DASHKEEP_URL']} $DASHKEEP_API_TOKEN`,
      },
    });
    expect(compose.services['grafana']?.environment?.['GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS']).toBe(id);
  });

  it('shows the dashboards that the chart carries', async () => {
    const [provider] = (await read('dashboards/dashkeep.yaml')).providers;
    const mounts = compose.services['grafana']?.volumes ?? [];
    expect(mounts).toContain(`./charts/dashkeep/files:${provider.options.path}:ro`);
    expect(await readdir(join(CHART, 'files'))).toContain('dashboard.json');
  });

  it('alerts by the rules that the chart has (npm run chart)', async () => {
    expect(await readFile(join(ROOT, 'provisioning/prometheus/rules.yml'), 'utf8')).toBe(await renderRules());
    const { rule_files: files, scrape_configs: scraped } = await read('prometheus/prometheus.yml');
    expect(files).toEqual(['rules.yml']);
    // Otherwise the alert for missing metrics would never end.
    const { labels } = scraped[0].static_configs[0];
    const selected = (await renderRules()).match(/(?<=absent\(\w+)\{.*?\}/g);
    expect(selected).toEqual(Object.entries(labels).map(([name, value]) => `{${name}="${String(value)}"}`));
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- looked at by path
async function read(path: string): Promise<any> {
  return parse(await readFile(join(ROOT, 'provisioning', path), 'utf8'));
}
