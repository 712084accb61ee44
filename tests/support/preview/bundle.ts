import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

export const ROOT = resolve(import.meta.dirname, '../../..');
const HOST = join(import.meta.dirname, 'host');

/** The version of Grafana whose packages are installed in a folder. */
export function grafanaVersion(packages: string): string {
  const manifest = readFileSync(join(packages, 'node_modules/@grafana/runtime/package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Everything the bundle is made from; a new lock file means other packages. */
function fingerprint(packages: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(HOST).sort()) {
    hash.update(readFileSync(join(HOST, name)));
  }
  hash.update(readFileSync(join(packages, 'package-lock.json')));
  return hash.digest('hex');
}

/** Takes what the page itself imports from those packages, wherever they are installed. */
function importsFrom(packages: string): Plugin {
  const looked = Symbol('looked up already');
  return {
    name: 'imports-from',
    setup(bundler) {
      bundler.onResolve({ filter: /^[^./]/ }, ({ path, kind, resolveDir, pluginData }) =>
        pluginData === looked || resolveDir !== HOST
          ? undefined
          : bundler.resolve(path, { kind, resolveDir: packages, pluginData: looked }),
      );
    },
  };
}

/**
 * Older packages name the CommonJS files of two libraries. Their default exports come out right in Grafana's own
 * bundle; in ours only from the ES modules of the same libraries.
 */
const asEsModules: Plugin = {
  name: 'as-es-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /^(react-use|rc-picker)\/lib\// }, ({ path, kind, resolveDir }) =>
      bundler.resolve(path.replace('react-use/lib/', 'react-use/esm/').replace('rc-picker/lib/', 'rc-picker/es/'), {
        kind,
        resolveDir,
      }),
    );
  },
};

/**
 * Bundles the page that replaces Grafana, unless that is done already.
 * @param packages the folder whose node_modules holds Grafana's packages
 * @returns the folder of the bundle, below build/preview
 */
export async function bundleHost(packages = ROOT): Promise<string> {
  const folder = join(ROOT, 'build/preview', grafanaVersion(packages));
  const key = fingerprint(packages);
  const keyFile = join(folder, 'key');
  if (existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) {
    return folder;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(HOST, 'main.tsx')],
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
    plugins: [importsFrom(packages), asEsModules],
  });
  writeFileSync(keyFile, key);
  return folder;
}
