import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { jsonLog } from '../../service/log.ts';
import { serve } from '../../service/serve.ts';
import type { Exit, Register } from '../command.ts';
import { Configuration } from '../config/configuration.ts';
import { warnOfIgnoredToken } from '../config/grafana.ts';
import { serviceConfig } from '../config/service.ts';
import type { CommonFlags } from '../config/settings.ts';
import { SECTIONS } from '../config/setting-definitions.ts';
import { addServiceOptions } from '../options.ts';
import { VERSION, type CliContext } from '../context.ts';

/** Every variable by its whole name, so that it can be searched for. */
function environmentHelp(): string {
  const sections = Object.entries(SECTIONS).map(([section, rows]) => {
    const names = Object.entries(rows).map(([name, row]) => `  ${name}${'secret' in row ? ' (also _FILE)' : ''}`);
    return `${section}:\n${names.join('\n')}`;
  });
  return `
Settings come from the environment, or else from the settings page. NAME_FILE is the path of a file that contains the
value. docs/settings.md explains each setting.
${sections.join('\n')}`;
}

/** Registers `dashkeep serve`. */
export const registerServe: Register = (program, run) => {
  addServiceOptions(program.command('serve'))
    .description('run the service next to Grafana, with schedules and an API')
    .addHelpText('after', environmentHelp)
    .action(run(runServe));
};

async function runServe(context: CliContext, flags: CommonFlags): Promise<Exit> {
  const { clock, randomness, signal } = context;
  const config = serviceConfig(context.environment, flags, VERSION);
  const log = jsonLog(config.logLevel, (line) => context.stdout.write(line));
  warnOfIgnoredToken(new Configuration(context.environment, flags), log);
  const running = await serve(config, { clock, randomness, log });
  log.info({ api: running.url, ops: running.opsUrl }, 'listening');
  await new Promise<void>((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // Names the signal.
  log.info({ reason: reasonOf(signal.reason) }, 'the service is stopping');
  await running.stop();
  if (!(signal.reason instanceof DashkeepError)) {
    throw signal.reason;
  }
  // A service that is stopped was asked to stop: that is no interruption.
  return 0;
}
