import { DashkeepError } from '../../contract/errors.ts';
import { buildService } from '../../service/serve.ts';
import type { Exit, Register } from '../command.ts';
import { readSettingFile } from '../config/environment.ts';
import { serviceConfig } from '../config/service.ts';
import type { CommonFlags } from '../config/settings.ts';
import { addServiceOptions, withTargetUrl } from '../options.ts';
import { askOnTerminal } from '../prompt.ts';
import { VERSION, type CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  contact?: string[];
  includeSecrets?: boolean;
  passphraseFile?: string;
}

/** Registers `dashkeep recovery-kit`. */
export const registerRecoveryKit: Register = (program, run) => {
  withTargetUrl(addServiceOptions(program.command('recovery-kit')))
    .description('print the information needed for a recovery as one HTML file, without secrets')
    .option('--contact <text...>', 'people to contact, one line each')
    .option('--include-secrets', 'include the age identity and the signing key, encrypted with a passphrase')
    .option('--passphrase-file <path>', 'path of the passphrase file (default: prompt for the passphrase)')
    .addHelpText('after', '\nExample: dashkeep recovery-kit --contact "Ada, +44 20 7946 0000" > kit.html')
    .action(run(recoveryKit));
};

async function recoveryKit(context: CliContext, flags: Flags): Promise<Exit> {
  const { clock, randomness, log, signal } = context;
  if (flags.passphraseFile !== undefined && flags.includeSecrets !== true) {
    throw new DashkeepError('DK_USAGE', '--passphrase-file needs --include-secrets');
  }
  const passphrase = flags.includeSecrets === true ? await passphraseOf(context, flags) : undefined;
  const service = await buildService(serviceConfig(context.environment, flags, VERSION), { clock, randomness, log });
  try {
    const kit = await service.examine(() =>
      service.parts.recoveryKit.html({ contacts: flags.contact ?? [], passphrase }, signal),
    );
    context.stdout.write(kit);
    return 0;
  } finally {
    await service.stop();
  }
}

/** @throws DK_USAGE where nobody gives one, or what is typed differs the second time */
async function passphraseOf(context: CliContext, { passphraseFile: path }: Flags): Promise<string> {
  if (path !== undefined) {
    return (await readSettingFile(path, '--passphrase-file')).replace(/\r?\n$/, '');
  }
  const typed = await askOnTerminal(context, 'Passphrase for the kit: ', { hidden: true });
  if (typed === undefined) {
    throw new DashkeepError('DK_USAGE', 'without a terminal, --include-secrets needs --passphrase-file');
  }
  if ((await askOnTerminal(context, 'Repeat the passphrase: ', { hidden: true })) !== typed) {
    throw new DashkeepError('DK_USAGE', 'the passphrases differ');
  }
  return typed;
}
