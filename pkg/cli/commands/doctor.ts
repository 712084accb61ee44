import { doctor } from '../../service/doctor/doctor.ts';
import { buildService } from '../../service/serve.ts';
import { minimalPolicy } from '../../storage/s3/policy.ts';
import type { Exit, Register } from '../command.ts';
import { warnOfIgnoredToken } from '../config/grafana.ts';
import { serviceConfig } from '../config/service.ts';
import { Configuration } from '../config/configuration.ts';
import { storageSettings } from '../config/storage.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import { withJson, addServiceOptions, withTargetUrl } from '../options.ts';
import { printChecks } from '../output/checks.ts';
import { printLine, printResult } from '../output/output.ts';
import { VERSION, type CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  policy?: boolean;
}

/** Registers `dashkeep doctor`. */
export const registerDoctor: Register = (program, run) => {
  withJson(withTargetUrl(addServiceOptions(program.command('doctor'))))
    .description('check the setup, with advice for each failed check')
    .option('--policy', 'print only the minimal IAM policy for the target')
    .addHelpText(
      'after',
      '\nExit codes: 0 no check failed (there may be warnings), 3 a check failed, for example because permissions in Grafana are missing.',
    )
    .action(run(runDoctor));
};

/** For all steps of a target. Unlike a page, a terminal waits for a slow store. */
const CHECK_MILLISECONDS = 300_000;

async function runDoctor(context: CliContext, flags: Flags): Promise<Exit> {
  const { clock, randomness, log, signal } = context;
  if (flags.policy === true) {
    const configuration = new Configuration(context.environment, flags);
    const { s3, lock } = storageSettings(configuration);
    const { policy, notes } = minimalPolicy(targetOf(configuration), {
      ...s3,
      lock,
      region: (s3?.region ?? s3?.aws?.region)?.value,
    });
    printResult(context, flags, policy, () => {
      printLine(context, JSON.stringify(policy, null, 2));
      notes.forEach((note) => context.stderr.write(`${note}\n`));
    });
    return 0;
  }
  const config = serviceConfig(context.environment, flags, VERSION);
  warnOfIgnoredToken(new Configuration(context.environment, flags), log);
  const service = await buildService(config, { clock, randomness, log });
  try {
    const found = await service.examine(() => doctor(service.parts, signal, CHECK_MILLISECONDS));
    printChecks(context, flags.json === true, found);
    return found.ok ? 0 : 3;
  } finally {
    await service.stop();
  }
}
