import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;
export const ROOT = resolve(here, '../../..');

/** Everything the bundle is made from; a new lock file means other packages. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(join(here, 'host')).sort()) {
    hash.update(readFileSync(join(here, 'host', name)));
  }
  hash.update(readFileSync(join(ROOT, 'package-lock.json')));
  return hash.digest('hex');
}

/** Bundles the page that stands in for Grafana into build/preview, unless it is there already. Returns the folder. */
export async function bundleHost(): Promise<string> {
  const folder = join(ROOT, 'build/preview');
  const key = fingerprint();
  const keyFile = join(folder, 'key');
  if (existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) {
    return folder;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(here, 'host/main.tsx')],
    outdir: folder,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'browser',
    jsx: 'automatic',
    minify: true,
    logLevel: 'error',
    chunkNames: 'chunks/[name]-[hash]',
    publicPath: '/host/',
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    loader: { '.svg': 'dataurl', '.png': 'dataurl', '.woff2': 'file', '.ttf': 'file' },
  });
  writeFileSync(keyFile, key);
  return folder;
}
