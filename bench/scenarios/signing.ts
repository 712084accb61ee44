import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure/process.ts';
import { within } from '../servers/within.ts';
import { Dashkeep, KINDS } from '../tools/dashkeep.ts';
import { TIMES_VARIABLE, type SigningTimes } from '../tools/signing-times.ts';
import { costOf, type Scenario } from '../types.ts';

const PROGRAM = 'build/dashkeep-timed-signing.mjs';

/** Share and whole are of the same run, so that it does not matter how busy the machine is. */
export const signing: Scenario = {
  title: 'Signing and checking signatures in a full backup',
  dashboards: 5000,
  run: (task) =>
    within(task.setup, async (world) => {
      execFileSync(process.execPath, ['scripts/build-service.mjs', PROGRAM, 'bench/tools/timed-signing.ts']);
      const times = join(world.directory, 'signing-times.json');
      const uids = await world.uids();
      for (let round = 1; round <= task.repeat; round++) {
        const dashkeep = new Dashkeep(world, `signing-${round}`);
        const env = { ...dashkeep.environment, [TIMES_VARIABLE]: times };
        const args = [PROGRAM, 'backup', ...KINDS, '--json'];
        const { result, traffic } = await world.watch(() => measure({ file: process.execPath, args, env }));
        const { signing: seconds, all } = JSON.parse(readFileSync(times, 'utf8')) as SigningTimes;
        task.add({
          tool: 'dashkeep',
          ...costOf(result),
          ...traffic,
          completeness: dashkeep.kept(uids),
          figures: { 'ms signing and checking': seconds * 1000, '% of the time': (seconds / all) * 100 },
        });
      }
    }),
};
