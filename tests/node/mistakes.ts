import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHART, valuesArguments } from '../support/helm/helm.ts';
import { HOST, Namespace, soon } from './cluster.ts';
import { nodeFolder } from './tier.ts';

/** What people get wrong, by the name of the release that has it. */
const MISTAKES: Record<string, object> = {
  unreachable: { image: { registry: 'registry.invalid' } },
  r401: { image: { registry: 'r401.test' } },
  r403: { global: { imageRegistry: 'r403.test' } },
  r404: { image: { registry: 'r404.test' } },
  key: { extraEnv: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'mine', key: 'absent' } } }] },
  secret: { extraEnvFrom: [{ secretRef: { name: 'absent' } }] },
  bucket: { target: 's3://my-bucket', s3: { credentialsSecret: { name: 'mine' } } },
  certificate: { tls: { source: 'secret', secretName: 'mine' } },
};
/** What their registries answer. */
const REGISTRIES = { r401: 401, r403: 403, r404: 404 };

/** What goes wrong at the start: what people see has advice in docs/troubleshooting.md, or says what to do itself. */
export function mistakes(): void {
  describe('what keeps a pod from starting', () => {
    let at: Namespace;
    const notes = new Map<string, string>();
    const registries: Server[] = [];

    beforeAll(async () => {
      for (const [name, status] of Object.entries(REGISTRIES)) {
        registries.push(await registry(`${name}.test`, status));
      }
      at = await Namespace.create('mistakes');
      await at.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine' }, stringData: { present: 'x' } });
      for (const [release, values] of Object.entries(MISTAKES)) {
        const names = { fullnameOverride: release, tokenSecret: { name: `${release}-token` } };
        const all = await valuesArguments([{ mode: 'deployment', ...names, ...values }]);
        notes.set(release, await at.helm('install', release, CHART, ...all));
      }
    });

    afterAll(() => registries.forEach((server) => server.close()));

    it('fails the chart’s test, in words that the guide has advice for', async () => {
      const { code, stderr } = await at.tryHelm('test', 'r403', '--timeout', '5s');
      expect(code).not.toBe(0);
      expect(stderr).toContain('context deadline exceeded');
      expect(await readFile('docs/troubleshooting.md', 'utf8')).toContain('`context deadline exceeded`');
      expect(await at.kubectl('describe', 'pod', 'r403-doctor')).toContain('403 Forbidden');
    });

    it('is said by the chart’s test before there is a token', async () => {
      const { code, stderr } = await at.tryHelm('test', 'bucket', '--timeout', '60s');
      expect(code).not.toBe(0);
      expect(stderr).toContain('pod bucket-doctor failed');
      const said = await at.logs('bucket-doctor');
      expect(said).toMatch(/FAILED +target: resolve: cannot read \S+s3\/config/);
      expect(said).toContain('check that the Secret exists, has this key and is mounted');
    });

    it.each([
      ['unreachable', 'ErrImagePull', 'network is unreachable'],
      ['r401', 'ErrImagePull', '401 Unauthorized'],
      ['r403', 'ErrImagePull', '403 Forbidden'],
      ['r404', 'ErrImagePull', 'not found'],
      ['key', 'CreateContainerConfigError', "couldn't find key … in Secret …"],
      ['secret', 'CreateContainerConfigError', 'secret … not found'],
      ['certificate', 'FailedMount', 'references non-existent secret key'],
    ])('is said in words that the guide has advice for: %s', async (release, state, words) => {
      const [, command = ''] = /kubectl -n mistakes (describe pod .*)/.exec(notes.get(release) ?? '') ?? [];
      const pattern = new RegExp(words.replaceAll('…', '.*'));
      await soon(`the event of ${release}`, async () => {
        const described = await at.kubectl(...command.split(' '));
        expect(described).toContain(state);
        expect(described).toMatch(pattern);
        return true;
      });
      const guide = await readFile('docs/troubleshooting.md', 'utf8');
      expect(guide.split('\n').filter((line) => line.startsWith('|') && line.includes(`\`${words}\``))).not.toEqual([]);
      expect(guide).toContain(`\`${state}\``);
    });
  });
}

/** A registry that answers everything with one status, and that the node knows by a name. */
async function registry(name: string, status: number): Promise<Server> {
  const server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const { port } = server.address() as AddressInfo;
  const folder = join(nodeFolder ?? '', 'registries', name);
  await mkdir(folder, { recursive: true });
  const host = `[host."http://${HOST}:${port}"]\ncapabilities = ["pull", "resolve"]\n`;
  await writeFile(join(folder, 'hosts.toml'), `server = "http://${HOST}:${port}"\n${host}`);
  return server;
}
