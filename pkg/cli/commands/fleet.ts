import { InvalidArgumentError } from 'commander';
import type { Installation } from '../../contract/api/readiness.ts';
import { lookAtFleet } from '../../engine/fleet.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { fleetConfig } from '../config/fleet.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { fleetOptions } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, printLine, printResult, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';

interface Flags extends CommonFlags {
  maxAge?: number;
}

/** Registers `dashkeep fleet`. */
export const registerFleet: Register = (program, run) => {
  withTarget(program.command('fleet'))
    .argument(
      '[target...]',
      'target of each installation; a trailing /* selects every folder (default: DASHKEEP_FLEET_TARGETS)',
    )
    .description('show the state of many installations, based only on their repositories')
    .option(
      '--max-age <hours>',
      'maximum age of the newest full snapshot, in hours (default: twice the usual interval between full snapshots)',
      hoursOf,
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 all installations are OK, 1 the state of at least one is unknown, 3 at least one needs attention.',
    )
    .action(run(fleet));
};

async function fleet(context: CliContext, targets: string[], flags: Flags): Promise<Exit> {
  const configuration = new Configuration(context.environment, flags);
  const named = targets.length > 0 ? targets : fleetConfig(configuration).targets;
  const given = named.length > 0 ? named : [targetOf(configuration)];
  const { maxAge } = flags;
  const installations = await lookAtFleet(given, { ...(await fleetOptions(context, flags)), maxAge });
  printResult(context, flags, { installations }, () => print(context, installations));
  const states = new Set(installations.map(({ state }) => state));
  return states.has('unknown') ? 1 : states.has('attention') ? 3 : 0;
}

function print(context: CliContext, installations: readonly Installation[]): void {
  printTable(
    context,
    ['target', 'state', 'readiness', 'last full', 'resources', 'size', 'Grafana'],
    installations.map(({ target, state, readiness, age, size, resources, grafana }) => [
      target,
      state,
      readiness?.level ?? '–',
      age === undefined ? '–' : `${(age / 3600).toFixed(1)} h ago`,
      resources ?? '–',
      size === undefined ? '–' : bytes(size),
      grafana ?? '–',
    ]),
  );
  for (const { target, alarms } of installations) {
    for (const { reason: text } of alarms) {
      printLine(context, printable(`${target}: ${text}`));
    }
  }
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (!(hours > 0)) {
    throw new InvalidArgumentError('Enter a number of hours greater than 0.');
  }
  return hours;
}
