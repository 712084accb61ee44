import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Puts the simulator that stands in for Grafana's image into one file, for the image's Node. */
export async function bundleGrafana(outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
}
