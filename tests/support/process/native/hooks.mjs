import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** What Grafana lends the app, and what stands in for it. */
const LENT = { '@grafana/runtime': 'runtime.ts', i18next: 'i18next.ts' };
const HOST = new URL('../../../app/host/', import.meta.url);

/** Imports a file of tests each time again, which Vitest asks for by what it adds to its path. */
export async function resolve(specifier, context, next) {
  if (Object.hasOwn(LENT, specifier)) {
    return { url: new URL(LENT[specifier], HOST).href, shortCircuit: true };
  }
  const [path, added] = specifier.split('%3Fvitest=');
  const resolved = await next(path, context);
  return added === undefined ? resolved : { ...resolved, url: `${resolved.url}?vitest=${added}` };
}

/** Compiles TypeScript, and JSON that is imported without an attribute that says so. */
export async function load(url, context, next) {
  const [address] = url.split('?');
  const [, ending] = /^file:(?!.*\/node_modules\/).*\.(tsx?|json)$/.exec(address) ?? [];
  if (ending === undefined || context.importAttributes?.type === 'json') {
    return next(url, context);
  }
  const path = fileURLToPath(address);
  const options = { loader: ending, format: 'esm', target: 'node20', sourcemap: 'inline', sourcesContent: false };
  const { code } = await transform(await readFile(path, 'utf8'), { ...options, sourcefile: path });
  return { format: 'module', source: code, shortCircuit: true };
}
