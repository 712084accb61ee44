// What `npm start` and `npm test` both need on a fresh machine: dependencies and builds. Plain JavaScript, because
// nothing else runs before the dependencies are there.
import { spawn } from 'node:child_process';
import { lstatSync } from 'node:fs';

/** Runs a program with our own standard streams, and ends it when we are ended; resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    process.once('SIGTERM', () => child.kill());
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function must(label, command, args) {
  console.log(`• ${label}`);
  const code = await run(command, args);
  if (code !== 0) {
    console.error(`${label} failed (exit ${code}).`);
    process.exit(code);
  }
}

/** When a file was last written. npm writes its own copy of the lock file after the installation. */
function writtenAt(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** Installs what package-lock.json says, unless that was done already or node_modules is a link to somewhere else. */
export async function install() {
  const linked = lstatSync('node_modules', { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  if (!linked && writtenAt('node_modules/.package-lock.json') < writtenAt('package-lock.json')) {
    await must('installing dependencies', 'npm', ['ci']);
  }
}

/** Builds the service, the app and the page that shows it. */
export async function build() {
  await must('building the service', process.execPath, ['scripts/build-service.mjs']);
  await must('building the app', 'npm', ['run', '--silent', 'build:plugin']);
}
