import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHART, template, the, tryTemplate } from '../support/helm/helm.ts';
import { expectAcceptable, podIn } from './charts.ts';

const DEPLOYMENT = { mode: 'deployment', target: 's3://bucket' };

describe('TLS between Grafana and the service', () => {
  it('is on in deployment mode, with an authority that Grafana trusts by its settings', async () => {
    const objects = await template(CHART, { values: [DEPLOYMENT] });
    await expectAcceptable(objects);
    const { data } = the(objects, 'Secret', 'dashkeep-tls');
    const pem = (key: string): string => Buffer.from(data[key], 'base64').toString();
    const [certificate, authority] = [new X509Certificate(pem('tls.crt')), new X509Certificate(pem('ca.crt'))];
    expect(certificate.checkPrivateKey(createPrivateKey(pem('tls.key')))).toBe(true);
    expect(authority.ca && certificate.verify(authority.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.checkHost('dashkeep.monitoring.svc')).toBe('dashkeep.monitoring.svc');
    expect(Object.keys(data).sort()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
    expect(the(objects, 'ConfigMap', 'dashkeep-ca')['data']['ca.crt']).toBe(pem('ca.crt'));
    expect(the(objects, 'ConfigMap', 'dashkeep')['data']).toMatchObject({
      DASHKEEP_URL: 'https://dashkeep.monitoring.svc:3210',
      DASHKEEP_TLS_CERT_FILE: '/var/run/secrets/dashkeep/tls/tls.crt',
    });
    expect(JSON.stringify(podIn(the(objects, 'Deployment')).volumes)).toContain('"name":"dashkeep-tls"');
    const overlay = parse(the(objects, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml']);
    expect(overlay.env.SSL_CERT_DIR.split(':')).toEqual(['/etc/ssl/certs', overlay.extraSecretMounts[0].mountPath]);
    expect(JSON.stringify(overlay.extraSecretMounts)).toContain('dashkeep-ca');
    expect(JSON.stringify(overlay)).not.toContain('tls.key');
  });

  it('takes a certificate of cert-manager or of a Secret, and makes none then', async () => {
    const certManager = { source: 'certManager', certManager: { issuerRef: { name: 'mine', kind: 'ClusterIssuer' } } };
    const managed = await template(CHART, { values: [{ ...DEPLOYMENT, tls: certManager }] });
    expect(the(managed, 'Certificate')['spec']).toMatchObject({
      secretName: 'dashkeep-tls',
      dnsNames: ['dashkeep.monitoring.svc', 'dashkeep.monitoring.svc.cluster.local', 'dashkeep.monitoring'],
      issuerRef: { name: 'mine', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    });
    const own = { source: 'secret', secretName: 'mine' };
    const given = await template(CHART, { values: [{ ...DEPLOYMENT, tls: own }] });
    for (const objects of [managed, given]) {
      expect(objects.some(({ kind, metadata }) => kind === 'Secret' && metadata.name.endsWith('tls'))).toBe(false);
    }
    expect(the(given, 'ConfigMap', 'dashkeep-overlay')['data']['overlay.yaml']).toContain('name: mine');
    for (const tls of [{ source: 'certManager' }, { source: 'secret' }]) {
      expect((await tryTemplate(CHART, { values: [{ ...DEPLOYMENT, tls }] })).stderr).toContain('needs tls.');
    }
  });

  it('can be switched off, and is of no concern where nothing listens on the network', async () => {
    for (const values of [{ ...DEPLOYMENT, tls: { enabled: false } }, { mode: 'sidecar' }]) {
      const text = JSON.stringify(await template(CHART, { values: [values] }));
      expect(text).not.toMatch(/DASHKEEP_TLS|SSL_CERT_DIR|dashkeep-ca|https:\/\/dashkeep\./);
    }
  });

  it('lets the doctor know which image runs and whether there is a NetworkPolicy', async () => {
    const config = async (values: object): Promise<Record<string, string>> =>
      the(await template(CHART, { values: [{ ...DEPLOYMENT, ...values }] }), 'ConfigMap', 'dashkeep')['data'];
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(await config({ image: { digest } })).toMatchObject({
      DASHKEEP_IMAGE: `ghcr.io/dashkeep/dashkeep@${digest}`,
      DASHKEEP_NETWORK_POLICY: 'true',
    });
    expect(await config({ networkPolicy: { enabled: false } })).toMatchObject({ DASHKEEP_NETWORK_POLICY: 'false' });
  });
});

describe('the NetworkPolicy', () => {
  it('is there in every mode, and closes nothing of Grafana in sidecar mode but the port of metrics', async () => {
    for (const mode of ['deployment', 'cronjob']) {
      expect(the(await template(CHART, { values: [{ ...DEPLOYMENT, mode }] }), 'NetworkPolicy')).toBeDefined();
    }
    const spec = the(await template(CHART, { values: [{ mode: 'sidecar' }] }), 'NetworkPolicy')['spec'] as {
      policyTypes: string[];
      ingress: { from?: object; ports: { port: number; endPort?: number; protocol: string }[] }[];
    };
    expect(spec.policyTypes).toEqual(['Ingress']);
    const open = spec.ingress.filter(({ from }) => from === undefined).flatMap(({ ports }) => ports);
    const isOpen = (port: number, protocol: string): boolean =>
      open.some((one) => one.protocol === protocol && one.port <= port && port <= (one.endPort ?? one.port));
    expect([3000, 9094, 80, 65535].every((port) => isOpen(port, 'TCP'))).toBe(true);
    expect([isOpen(9094, 'UDP'), isOpen(9464, 'TCP')]).toEqual([true, false]);
  });

  it('lets the service reach the ports of the addresses that are given', async () => {
    const values = {
      ...DEPLOYMENT,
      s3: { endpoint: 'http://s3:8333' },
      grafana: { url: 'http://grafana.example.com' },
    };
    const { egress } = the(await template(CHART, { values: [values] }), 'NetworkPolicy')['spec'];
    expect(egress.at(-1).ports.map(({ port }: { port: number }) => port)).toEqual([443, 6443, 9000, 8333, 80]);
  });
});
