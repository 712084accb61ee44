import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform, version } from 'esbuild';

const CACHE = fileURLToPath(new URL('../../../../build/cache/native/', import.meta.url));
await mkdir(CACHE, { recursive: true });

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
  return { format: 'module', source: await compiled(fileURLToPath(address), ending), shortCircuit: true };
}

/** Compiles only what has changed. A file has one place in the cache; its first line is the hash of the source. */
async function compiled(path, ending) {
  const source = await readFile(path, 'utf8');
  const known = `${CACHE}${hash(path)}`;
  const mark = `//${hash(version + source)}\n`;
  const kept = await readFile(known, 'utf8').catch(() => '');
  if (kept.startsWith(mark)) {
    return kept.slice(mark.length);
  }
  const options = { loader: ending, format: 'esm', target: 'node20', sourcemap: 'inline', sourcesContent: false };
  const { code } = await transform(source, { ...options, sourcefile: path });
  const part = `${known}.${process.pid}`;
  await writeFile(part, mark + code);
  await rename(part, known);
  return code;
}

function hash(text) {
  return createHash('sha1').update(text).digest('hex');
}
