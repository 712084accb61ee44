import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { targetOfConnection } from '../../operations/connection.ts';
import { CommandError } from '../command-error.ts';
import { Configuration } from '../config/configuration.ts';
import { targetOf, type CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { printable } from '../output/printable.ts';

/**
 * The error for a run without a record.
 * @param flags - with `to`, the run would be in the repository of that connection
 */
export function unknownRun(
  { environment }: Pick<CliContext, 'environment'>,
  flags: CommonFlags & { to?: string },
  id: string,
): CommandError {
  const { to } = flags;
  const target = to && targetOfConnection(targetOf(new Configuration(environment, flags)), { name: to });
  const command = target === undefined ? 'dashkeep runs' : `dashkeep runs --target ${target}`;
  const unwritten = to === undefined ? '' : ` ${sentenceOf(reason('unrecorded-send'))}`;
  const hint = `Check the ID. \`${printable(command)}\` lists the runs.${unwritten}`;
  return new CommandError('DK_NOT_FOUND', `no record of run ${printable(id.slice(0, 60))}`, { hint });
}
