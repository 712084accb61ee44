import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bundleGrafana } from '../support/docker/grafana/bundle.ts';
import { docker, imageExists, must } from './docker.ts';
import { programs } from './tier.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const PATHS = 'ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
const TRUST =
  'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt';

/** What replaces the bases that the Dockerfile would pull, by the build argument that names another one. */
export const BASES = {
  NODE_IMAGE: 'dashkeep-test/node:1',
  RUNTIME_IMAGE: 'dashkeep-test/runtime:1',
  PLUGIN_IMAGE: 'dashkeep-test/plugin:1',
} as const;

/** How each image is to be run, as in the one that it replaces. */
const CONFIGURATION: Record<string, string[]> = {
  node: [PATHS, TRUST, 'CMD ["node"]'],
  runtime: [PATHS, 'USER 65532', 'WORKDIR /home/nonroot', 'ENTRYPOINT ["/nodejs/bin/node"]', TRUST],
  plugin: [PATHS, 'CMD ["sh"]'],
  s3: [PATHS, 'ENTRYPOINT ["/entrypoint.sh"]', 'EXPOSE 8333'],
  prometheus: [
    'USER 65534',
    'EXPOSE 9090',
    'WORKDIR /prometheus',
    'ENTRYPOINT ["/bin/prometheus"]',
    'CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]',
  ],
  grafana: [PATHS, 'USER 472', 'EXPOSE 3000', 'ENTRYPOINT ["/nodejs/bin/node", "/grafana.mjs"]'],
};

/** Service of the compose file → what replaces its image. */
const STAND_INS: Record<string, string> = { grafana: 'grafana', s3: 's3', prometheus: 'prometheus' };

/**
 * Puts all images into the engine that can't be pulled: our bases, and the stand-ins under the names of the compose
 * file.
 */
export async function importImages(): Promise<void> {
  for (const [name, tag] of [
    ['node', BASES.NODE_IMAGE],
    ['runtime', BASES.RUNTIME_IMAGE],
    ['plugin', BASES.PLUGIN_IMAGE],
  ]) {
    await importImage(name as string, tag as string, join(programs ?? '', `${name}.tar`));
  }
  const compose = parse(await readFile(join(ROOT, 'docker-compose.yaml'), 'utf8')) as {
    services: Record<string, { image: string }>;
  };
  for (const [service, standIn] of Object.entries(STAND_INS)) {
    // ${NAME:-default} as compose reads it without an environment.
    const tag = (compose.services[service]?.image ?? '').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
    const tar = standIn === 'grafana' ? await grafanaTar() : join(programs ?? '', `${standIn}.tar`);
    await importImage(standIn, tag, tar);
    if (standIn === 'grafana') {
      await rm(tar);
    }
  }
}

async function importImage(name: string, tag: string, tar: string): Promise<void> {
  if (!(await imageExists(tag))) {
    const changes = (CONFIGURATION[name] ?? []).flatMap((change) => ['--change', change]);
    await docker('import', ...changes, tar, tag);
  }
}

/** The simulator on the runtime image's Node. */
async function grafanaTar(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dashkeep-grafana-'));
  await bundleGrafana(join(folder, 'grafana.mjs'));
  const tar = `${folder}.tar`;
  await copyFile(join(programs ?? '', 'grafana.tar'), tar);
  await must('tar', ['--owner=0', '--group=0', '-C', folder, '-rf', tar, './grafana.mjs']);
  await rm(folder, { recursive: true });
  return tar;
}
