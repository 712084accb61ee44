import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { must } from '../containers/docker.ts';
import { copiesOf, last, type Stage } from '../chart/dockerfile.ts';
import { ROOT, carryOut, dockerStages, installLibraries, installNode } from '../chart/rootfs.ts';
import { bundleGrafana } from '../support/docker/grafana/bundle.ts';
import { GRAFANA_CHART } from './cluster.ts';
import { nodeFolder } from './tier.ts';

const IMAGE = fileURLToPath(new URL('../support/kube/image.sh', import.meta.url));
const CLASSIC = fileURLToPath(new URL('classic', import.meta.url));
const PATHS = ['PATH=/bin:/usr/bin'];

/** The image of the classic recipe's Jobs. */
export const CLASSIC_IMAGE = 'dashkeep.test/classic:1';

/**
 * Gives the node every image that the tests need, because it can pull none: ours by the Dockerfile's lines from what
 * `npm run build` made, on this machine's Node; the simulator under the name of Grafana's image.
 */
export async function importImages(): Promise<void> {
  const work = await mkdtemp(join(nodeFolder ?? '', 'images-'));
  const stages = await dockerStages();
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const images = join(work, 'images');
  const layer = (name: string, fill: (root: string) => Promise<void>): Promise<string> => makeLayer(work, name, fill);
  const image = (tag: string, configuration: object, layers: string[]): Promise<string> =>
    must(IMAGE, [images, tag, JSON.stringify(configuration), ...layers]);
  const runtime = await layer('runtime', async (root) => {
    await installNode(root);
    await mkdir(join(root, 'tmp'), { mode: 0o1777 });
    await must('chmod', ['1777', join(root, 'tmp')]);
  });
  const tools = await layer('tools', installBusybox);
  const service = stageNamed(stages, 'service');
  await image(`ghcr.io/dashkeep/dashkeep:${version}`, configurationOf(service), [
    runtime,
    await layer('service', (root) => copied(service, root)),
  ]);
  const plugin = stageNamed(stages, 'plugin');
  await image(`ghcr.io/dashkeep/dashkeep-plugin:${version}`, { Env: PATHS, ...configurationOf(plugin) }, [
    tools,
    await layer('plugin', (root) => copied(plugin, root)),
  ]);
  const grafana = { Env: PATHS, User: '472', Entrypoint: ['/nodejs/bin/node', '/grafana.mjs'] };
  await image(`docker.io/grafana/grafana:${await grafanaVersion()}`, grafana, [
    runtime,
    tools,
    await layer('grafana', installGrafana),
  ]);
  await image(CLASSIC_IMAGE, { Env: PATHS, User: '65532' }, [tools, await layer('classic', installClassic)]);
  await must(IMAGE, [images, '--import', join(nodeFolder ?? '', 'containerd.sock')]);
  await rm(work, { recursive: true });
}

function stageNamed(stages: Stage[], wanted: string): Stage {
  const stage = stages.find(({ name }) => name === wanted);
  if (stage === undefined) {
    throw new Error(`the Dockerfile has no stage ${wanted}`);
  }
  return stage;
}

async function copied(stage: Stage, root: string): Promise<void> {
  for (const copy of copiesOf(stage)) {
    await carryOut(copy, ROOT, root);
  }
}

/** How a stage's image is to be run. */
function configurationOf(stage: Stage): object {
  const list = (name: string): string[] | undefined => {
    const text = stage.instructions.findLast((instruction) => instruction.name === name)?.text;
    return text === undefined ? undefined : (JSON.parse(text) as string[]);
  };
  const variables = stage.instructions.filter(({ name }) => name === 'ENV').map(({ text }) => text);
  return {
    User: last(stage, 'USER'),
    Entrypoint: list('ENTRYPOINT'),
    Cmd: list('CMD'),
    ...(variables.length > 0 ? { Env: variables } : {}),
  };
}

async function grafanaVersion(): Promise<string> {
  const chart = await readFile(join(GRAFANA_CHART, 'Chart.yaml'), 'utf8');
  return /^appVersion: ["']?([^"'\n]+)/m.exec(chart)?.[1] ?? '';
}

async function installBusybox(root: string): Promise<void> {
  await mkdir(join(root, 'bin'));
  await cp('/bin/busybox', join(root, 'bin/busybox'), { dereference: true });
  await must('chroot', [root, '/bin/busybox', '--install', '-s', '/bin']);
}

async function installGrafana(root: string): Promise<void> {
  await bundleGrafana(join(root, 'grafana.mjs'));
  await mkdir(join(root, 'var/lib/grafana'), { recursive: true });
  await must('chown', ['472:0', join(root, 'var/lib/grafana')]);
}

/** What the classic script calls: curl, jq, and `aws` as far as it needs it. */
async function installClassic(root: string): Promise<void> {
  for (const program of ['/usr/bin/curl', '/usr/bin/jq']) {
    await mkdir(join(root, dirname(program)), { recursive: true });
    await cp(program, join(root, program));
    await installLibraries(program, root);
  }
  await mkdir(join(root, 'bin'));
  await cp(join(CLASSIC, 'aws'), join(root, 'bin/aws'));
}

/** A layer of what is put below a root. @returns its path */
async function makeLayer(work: string, name: string, fill: (root: string) => Promise<void>): Promise<string> {
  const root = join(work, name);
  await mkdir(root, { mode: 0o755 });
  await fill(root);
  await must('tar', ['-C', root, '--numeric-owner', '-cf', `${root}.tar`, '.']);
  return `${root}.tar`;
}
