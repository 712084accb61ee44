import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';

/** Imports a file of tests each time again, which Vitest asks for by what it adds to its path. */
export async function resolve(specifier, context, next) {
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
