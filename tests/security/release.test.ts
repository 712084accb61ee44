import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imagesIn, otherSources } from '../../scripts/images/digests.ts';
import { namesOf, workflow, WORKFLOWS, type WorkflowJob } from '../support/workflows.ts';

/*
 * A malicious npm package, test or base image runs while a release is built. It must not reach the credentials that
 * publish the release, or change what another job built.
 */
const release = workflow('release.yml');

/** Jobs that may write to the repository or the registry, or ask for an identity to sign with. */
function privileged(jobs: Record<string, WorkflowJob>): [string, WorkflowJob][] {
  return Object.entries(jobs).filter(([, { permissions = {} }]) => JSON.stringify(permissions).includes('write'));
}

describe.each(readdirSync(WORKFLOWS))('jobs of %s that can write', (file) => {
  const jobs = privileged(workflow(file).jobs);

  it('have nothing of the project or of npm to run', () => {
    const actions = jobs.flatMap(([, { steps }]) => steps.map(({ uses = '' }) => uses));
    expect(actions.filter((action) => /^(actions\/(checkout|setup-node)|docker\/build)/.test(action))).toEqual([]);
    const scripts = jobs.flatMap(([, { steps }]) => steps.map(({ run = '' }) => run));
    expect(scripts.filter((run) => /\b(npm|npx|node|tsx|vitest|git clone|docker (buildx )?build)\b/.test(run))).toEqual(
      [],
    );
  });

  it('wait for an approval, and for the tests', () => {
    const tests = Object.entries(release.jobs).filter(([, { steps }]) =>
      steps.some(({ run }) => /^npm test$/.test(run ?? '')),
    );
    expect(tests.length).toBeGreaterThan(0);
    for (const [, { environment, needs }] of jobs) {
      expect(environment).toBe('release');
      expect(namesOf(needs)).toEqual(expect.arrayContaining(tests.map(([name]) => name)));
    }
  });

  it('are the only ones that see a secret', () => {
    const others = Object.entries(workflow(file).jobs).filter(([name]) => !jobs.some(([one]) => one === name));
    expect(JSON.stringify(others)).not.toMatch(/secrets\.|github\.token/);
  });
});

describe('what a release publishes', () => {
  const steps = privileged(release.jobs).flatMap(([, job]) => job.steps);

  it.each([
    ['assets', 'release/assets/*', 'gh release create'],
    ['image', '/dashkeep', 'push dashkeep '],
    ['image of the app plugin', '/dashkeep-plugin', 'push dashkeep-plugin '],
    ['chart', '/charts/dashkeep', 'helm push'],
  ])('has provenance: %s', (_, subject, pushed) => {
    expect(steps.some(({ run = '' }) => run.includes(pushed))).toBe(true);
    const attested = steps.filter(({ uses = '' }) => uses.startsWith('actions/attest-build-provenance@'));
    const subjects = attested.map((step) => step.with?.['subject-path'] ?? step.with?.['subject-name']);
    expect(subjects.map((one) => one?.replace('${{ env.REGISTRY }}', ''))).toContain(subject);
  });

  it('is signed in the registry', () => {
    const signing = steps.find(({ run = '' }) => run.startsWith('cosign sign'));
    const signed = [...(signing?.run ?? '').matchAll(/"\$REGISTRY\/([\w/-]+)@\$\w+"/g)].map(([, name]) => name);
    expect(signed).toEqual(['dashkeep', 'dashkeep-plugin', 'charts/dashkeep']);
  });
});

describe('images that a release is built from and by', () => {
  const dockerfile = readFileSync('Dockerfile', 'utf8');

  it('are named by digest, in the repository', () => {
    const workflowText = readFileSync(join(WORKFLOWS, 'release.yml'), 'utf8');
    const images = [...imagesIn(dockerfile), ...imagesIn(workflowText)];
    expect(images.map(({ variable }) => variable)).toEqual(
      expect.arrayContaining(['NODE_IMAGE', 'RUNTIME_IMAGE', 'PLUGIN_IMAGE', 'BUILDKIT_IMAGE', 'SBOM_IMAGE']),
    );
    expect(images.filter(({ digest }) => !/^sha256:[0-9a-f]{64}$/.test(digest ?? ''))).toEqual([]);
    expect(otherSources(dockerfile)).toEqual([]);
  });

  it('are checked before the build, which takes no others', () => {
    const { steps } = release.jobs['images']!;
    const check = steps.findIndex(({ run = '' }) => run.includes('scripts/images/main.ts --check'));
    const build = steps.findIndex(({ run = '' }) => run.includes('buildx build'));
    expect(check).toBeGreaterThan(-1);
    expect(build).toBeGreaterThan(check);
    const { run = '' } = steps[build]!;
    expect(run).toContain('--driver-opt "image=$BUILDKIT_IMAGE"');
    expect(run).toContain('--sbom="generator=$SBOM_IMAGE"');
    expect(run).not.toMatch(/--build-arg "?\$|_IMAGE=/);
  });
});

describe('packages from npm', () => {
  it('run no script of theirs when they are installed, and are those of the lock file', () => {
    expect(readFileSync('.npmrc', 'utf8').split('\n')).toContain('ignore-scripts=true');
    const runs = readdirSync(WORKFLOWS).flatMap((file) => {
      return Object.values(workflow(file).jobs).flatMap(({ steps }) => steps.map(({ run = '' }) => run));
    });
    const all = `${runs.join('\n')}\n${readFileSync('Dockerfile', 'utf8')}`;
    expect(all).not.toMatch(/npm (install|i|add|update|rebuild)\b|npx (-y|--yes)\b|npm ci [^\n]*ignore-scripts=false/);
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { integrity?: string; link?: boolean; inBundle?: boolean }>;
    };
    const loose = Object.entries(packages).filter(
      ([path, { integrity, link, inBundle }]) => path !== '' && !integrity && !link && !inBundle,
    );
    expect(loose).toEqual([]);
  });
});

describe('what the job that publishes was handed', () => {
  let directory = '';
  const files = {
    'release/assets/dashkeep-1.2.3.mjs': 'program',
    'release/assets/dashkeep-1.2.3.tgz': 'chart',
    'release/notes.md': 'notes',
    'release/staging/plugin-manifest.json': '{}',
    'images/dashkeep.tar': 'image',
    'images/dashkeep-plugin.tar': 'plugin',
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dashkeep-publish-'));
    for (const [name, content] of Object.entries(files)) {
      put(name, content);
    }
    put('release/assets/SHA256SUMS', sums('release/assets', ['dashkeep-1.2.3.mjs', 'dashkeep-1.2.3.tgz']));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  function put(name: string, content: string): void {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }

  function sums(folder: string, names: string[]): string {
    const lines = names.map((name) => {
      const hash = createHash('sha256').update(readFileSync(join(directory, folder, name)));
      return `${hash.digest('hex')}  ${name}\n`;
    });
    return lines.join('');
  }

  /** Runs the workflow's step after a change to its files. @returns its exit code */
  function verify(change: () => void, tag = 'v1.2.3'): Promise<number> {
    const env = {
      PATH: process.env['PATH'],
      GITHUB_REF_NAME: tag,
      RELEASE: sums('release', ['assets/SHA256SUMS', 'notes.md', 'staging/plugin-manifest.json']),
      IMAGES: sums('images', ['dashkeep-plugin.tar', 'dashkeep.tar']).trim(),
    };
    change();
    const { run = '' } = release.jobs['publish']!.steps.find(({ name }) => name?.startsWith('Refuse'))!;
    return new Promise((done) => {
      execFile('bash', ['-eo', 'pipefail', '-c', run], { cwd: directory, env }, (error) => {
        done(Number(error?.code ?? 0));
      });
    });
  }

  it('is accepted as it was made', async () => {
    expect(await verify(() => undefined)).toBe(0);
  });

  it('is refused under the tag of another version', async () => {
    expect(await verify(() => undefined, 'v1.2.4')).not.toBe(0);
  });

  it.each<[string, () => void]>([
    ['a changed asset', () => put('release/assets/dashkeep-1.2.3.mjs', 'evil')],
    ['an asset that was added', () => put('release/assets/dashkeep-1.2.3-win32-x64.zip', 'evil')],
    ['an asset that is missing', () => rmSync(join(directory, 'release/assets/dashkeep-1.2.3.tgz'))],
    [
      'a changed asset with new checksums',
      () => {
        put('release/assets/dashkeep-1.2.3.mjs', 'evil');
        put('release/assets/SHA256SUMS', sums('release/assets', ['dashkeep-1.2.3.mjs', 'dashkeep-1.2.3.tgz']));
      },
    ],
    ['changed notes', () => put('release/notes.md', 'evil')],
    ['another manifest to sign', () => put('release/staging/plugin-manifest.json', '{"files":{}}')],
    ['a changed image', () => put('images/dashkeep.tar', 'evil')],
    ['an image that was added', () => put('images/evil.tar', 'evil')],
  ])('is refused: %s', async (_, change) => {
    expect(await verify(change)).not.toBe(0);
  });
});
