import { liveReader } from '../../engine/repair.ts';
import { recordRun } from '../../engine/run.ts';
import { repair, repairConfig, type RepairResult } from '../../repository/verify/repair.ts';
import { rewrap } from '../../repository/encryption/rotate.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withGrafanaInstance, withRepository, withStore } from '../open.ts';
import { withGrafana, withTarget } from '../options.ts';
import { printable, printJson, printLine } from '../output/output.ts';
import type { World } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  readData?: boolean;
  rewrap?: boolean;
}

export const registerRepair: Register = (program, run) => {
  withGrafana(withTarget(program.command('repair')))
    .description('put back damaged or missing objects from Grafana, where it still has the same content')
    .option('--read-data', 'also find objects that are there but damaged')
    .option('--rewrap', 'instead, encrypt everything once more for the recipients given now (needs an identity)')
    .action(run(runRepair));
};

async function runRepair(world: World, flags: Flags): Promise<Exit> {
  if (flags.rewrap === true) {
    return runRewrap(world, flags);
  }
  await withStore(world, flags, (store) => repairConfig({ ...world, store }));
  const result = await withRepository(world, flags, false, (repository) =>
    withGrafanaInstance(world, flags, (instance) =>
      recordRun({ ...world, repository, kind: 'repair', trigger: 'manual' }, async () => {
        const live = liveReader(instance, { ...world, decryptSecrets: repository.encrypted });
        const value = await repair(repository, { live, readData: flags.readData === true, signal: world.signal });
        const { repaired, remaining } = value;
        const status = remaining.length === 0 ? ('complete' as const) : ('partial' as const);
        return { value, status, counts: { repaired: repaired.length, remaining: remaining.length }, errors: [] };
      }),
    ),
  );
  if (flags.json === true) {
    printJson(world, result);
  } else {
    print(world, result);
  }
  return result.remaining.length === 0 ? 0 : 4;
}

async function runRewrap(world: World, flags: Flags): Promise<Exit> {
  const result = await withRepository(world, flags, false, (repository) =>
    recordRun({ ...world, repository, kind: 'repair', trigger: 'manual' }, async () => {
      const value = await rewrap(repository, world);
      const { rewrapped, failed } = value;
      const status = failed.length === 0 ? ('complete' as const) : ('partial' as const);
      return { value, status, counts: { rewrapped, failed: failed.length }, errors: [] };
    }),
  );
  if (flags.json === true) {
    printJson(world, result);
  } else {
    for (const { key, reason } of result.failed) {
      printLine(world, printable(`left as it is: ${key}: ${reason}`));
    }
    printLine(world, `${result.rewrapped} files encrypted anew.`);
  }
  return result.failed.length === 0 ? 0 : 3;
}

function print(world: World, { repaired, remaining }: RepairResult): void {
  for (const { object, reason, resources } of remaining) {
    printLine(world, printable(`still damaged: ${object}: ${reason}`));
    for (const { kind, uid, title } of resources) {
      printLine(world, printable(`  needed by ${kind} ${uid} (${title})`));
    }
  }
  printLine(world, `${repaired.length} put back, ${remaining.length} still damaged.`);
}
