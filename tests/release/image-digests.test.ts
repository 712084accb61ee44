import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/* `npm run images:pin` with a `docker` whose registry is a folder: a file for each tag and for each digest. */
const ROOT = resolve(import.meta.dirname, '../..');
const NAME = 'registry.test/base';
let directory = '';
let program = '';

beforeAll(async () => {
  program = join(mkdtempSync(join(tmpdir(), 'dashkeep-images-')), 'images.mjs');
  const entryPoints = [join(ROOT, 'scripts/images/main.ts')];
  await build({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: program });
});

afterAll(() => rmSync(dirname(program), { recursive: true }));

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dashkeep-images-'));
  mkdirSync(join(directory, '.github/workflows'), { recursive: true });
  mkdirSync(join(directory, 'registry'));
  writeFileSync(join(directory, '.github/workflows/release.yml'), 'name: Release\n');
  writeFileSync(
    join(directory, 'docker'),
    `#!/bin/sh
      [ "$1 $2 $3 $4" = "buildx imagetools inspect --raw" ] || exit 64
      case $5 in *@*) file="\${5#*@}" ;; *) file="\${5##*:}" ;; esac
      cat "${directory}/registry/$file"
    `,
  );
  chmodSync(join(directory, 'docker'), 0o755);
});

afterEach(() => rmSync(directory, { recursive: true }));

/** Pushes an image under a tag. @returns its digest */
function push(tag: string, content: string, architectures = ['amd64', 'arm64']): string {
  const manifests = architectures.map((architecture) => ({ content, platform: { os: 'linux', architecture } }));
  const manifest = JSON.stringify({ manifests });
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  writeFileSync(join(directory, 'registry', tag), manifest);
  writeFileSync(join(directory, 'registry', digest), manifest);
  return digest;
}

function dockerfile(text: string): void {
  writeFileSync(join(directory, 'Dockerfile'), text);
}

function images(...words: string[]): Promise<{ code: number; output: string }> {
  const env = { ...process.env, PATH: `${directory}:${process.env['PATH']}` };
  return new Promise((done) => {
    execFile(process.execPath, [program, ...words], { cwd: directory, env }, (error, stdout, stderr) => {
      done({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}

describe('the digests of images', () => {
  it('are written for review, and then hold while a tag moves on', async () => {
    const first = push('1', 'first');
    dockerfile(`ARG NODE_IMAGE=${NAME}:1\nFROM \${NODE_IMAGE} AS build\nFROM build\n`);
    expect(await images()).toEqual({ code: 0, output: '' });
    const written = readFileSync(join(directory, 'Dockerfile'), 'utf8');
    expect(written).toBe(`ARG NODE_IMAGE=${NAME}:1@${first}\nFROM \${NODE_IMAGE} AS build\nFROM build\n`);
    expect(await images('--check')).toEqual({ code: 0, output: `NODE_IMAGE: ${NAME}:1@${first}\n` });

    const second = push('1', 'second');
    const moved = await images('--check');
    expect(moved).toEqual({ code: 0, output: `NODE_IMAGE: ${NAME}:1@${first} (its tag has a newer image)\n` });
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toBe(written);
    await images();
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).toContain(`ARG NODE_IMAGE=${NAME}:1@${second}\n`);
  });

  it.each<[string, (digest: string) => string, string]>([
    ['without one', () => `ARG NODE_IMAGE=${NAME}:1\nFROM \${NODE_IMAGE}\n`, 'images:pin'],
    ['with half of one', () => `ARG NODE_IMAGE=${NAME}:1@sha256:12\nFROM \${NODE_IMAGE}\n`, 'images:pin'],
    [
      'with one that the registry lacks',
      () => `ARG NODE_IMAGE=${NAME}:1@sha256:${'0'.repeat(64)}\nFROM \${NODE_IMAGE}\n`,
      'No such file',
    ],
    ['that a stage names itself', () => `FROM ${NAME}:1\n`, `${NAME}:1`],
    ['that is named like its stage', () => 'FROM evil AS evil\n', 'evil'],
    [
      'that a later stage is named like',
      (digest) => `${base(digest)}COPY --from=late /a /b\n${base(digest).replace('}', '} AS late')}`,
      'late',
    ],
    ['after a line break', () => `from \\\n  --platform=linux/amd64 ${NAME}:1\n`, `${NAME}:1`],
    ['with a default', (digest) => `${base(digest)}FROM \${OTHER:-evil}\n`, 'evil'],
    [
      'that is a download',
      (digest) => `${base(digest)}ADD --chown=1:1 https://evil.test/a /a\n`,
      'https://evil.test/a',
    ],
    ['that a copy names itself', (digest) => `${base(digest)}COPY --from=${NAME}:1 /a /b\n`, `${NAME}:1`],
    ['that a mount names', (digest) => `${base(digest)}RUN --mount=from=evil,target=/a true\n`, 'evil'],
    ['that parses the file', (digest) => `# syntax=docker/dockerfile:1\n${base(digest)}`, 'docker/dockerfile:1'],
    ['that hides behind a comment', () => `ARG NODE_IMAGE=${NAME}:1 # late\nFROM \${NODE_IMAGE}\n`, 'NODE_IMAGE'],
  ])('stop a release from an image %s', async (_, text, message) => {
    dockerfile(text(push('1', 'first')));
    const { code, output } = await images('--check');
    expect(code).toBe(1);
    expect(output).toContain(message);
  });

  function base(digest: string): string {
    return `ARG NODE_IMAGE=${NAME}:1@${digest}\nFROM \${NODE_IMAGE}\n`;
  }

  it('are those of what the registry sends', async () => {
    const digest = push('1', 'first');
    dockerfile(base(digest));
    writeFileSync(join(directory, 'registry', digest), readFileSync(join(directory, 'registry/1')) + ' ');
    expect((await images('--check')).output).toContain('the registry returned sha256:');
  });

  it('are not written for an image that one of the platforms lacks', async () => {
    push('1', 'first', ['amd64']);
    dockerfile(`ARG NODE_IMAGE=${NAME}:1\nFROM \${NODE_IMAGE}\n`);
    expect((await images()).output).toContain('does not exist for linux/arm64');
    expect(readFileSync(join(directory, 'Dockerfile'), 'utf8')).not.toContain('@');
  });
});
