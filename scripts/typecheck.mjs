// `npm run typecheck`: each program of this repository by the compiler of TypeScript 7, which takes a tenth of the
// time. What reads code by TypeScript's API still needs an older one, so both are installed. What has not changed is
// not checked again. In one thread, because each thread resolves types that others know already, while other tests
// want the processors.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const COMPILER = fileURLToPath(new URL('../node_modules/typescript-native/bin/tsc', import.meta.url));
/**
 * Folders of a tsconfig.json. All know of a browser, because browser tests use most of the code: that pkg/ has none is
 * the linter's to say.
 */
const PROGRAMS = ['.', 'src', 'tests/support/preview/host'];

for (const program of PROGRAMS) {
  const known = `build/cache/types/${program.replaceAll('/', '-')}.tsbuildinfo`;
  const args = [COMPILER, '-p', program, '--singleThreaded', '--incremental', '--tsBuildInfoFile', known];
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (error !== undefined) {
    throw error;
  }
  process.exitCode ||= status ?? 1;
}
