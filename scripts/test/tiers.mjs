import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where .ci/run leaves what it has to say of each tier. It makes what they need while other tests run already. */
const folder = process.env.DASHKEEP_TEST_TIERS;

/** Whether nobody has to wait for it any more. */
export const isDecided = (name) => folder === undefined || existsSync(join(folder, `${name}.done`));

/**
 * Waits until a tier was made ready or could not be, and prints what was said meanwhile.
 * @returns whether it is ready, as far as anybody was asked to see to it, and its settings for the environment
 */
export async function tier(name) {
  if (folder === undefined) {
    return { ready: true, settings: {} };
  }
  while (!isDecided(name)) {
    await sleep(500);
  }
  const log = readFileSync(join(folder, `${name}.log`), 'utf8').trimEnd();
  console.log(log.replace(/^/gm, `${name} | `));
  const ready = readFileSync(join(folder, `${name}.done`), 'utf8').trim() === '0';
  const lines = ready
    ? readFileSync(join(folder, `${name}.env`), 'utf8')
        .split('\n')
        .filter(Boolean)
    : [];
  return { ready, settings: Object.fromEntries(lines.map((line) => /^(\w+)='?(.*?)'?$/.exec(line).slice(1))) };
}

/** How long to wait for the end of what a tier has started. */
const END = 60_000;

/** Says that no test needs a tier any more, and waits until what it has started has ended. */
export async function release(name) {
  if (folder === undefined) {
    return;
  }
  writeFileSync(join(folder, `${name}.used`), '');
  for (let waited = 0; waited < END && !existsSync(join(folder, `${name}.ended`)); waited += 500) {
    await sleep(500);
  }
}
