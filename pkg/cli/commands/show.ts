import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withRepository } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, printable, printJson, printLine, printTable } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
}

export const registerShow: Register = (program, run) => {
  withTarget(program.command('show'))
    .argument('<snapshot>', "id, unique prefix of an id, or 'latest'")
    .description('show what is in a snapshot')
    .action(run(show));
};

async function show(context: CliContext, snapshot: string, flags: Flags): Promise<Exit> {
  const manifest = await withRepository(context, flags, false, (repository) =>
    repository.manifest(snapshot, { signal: context.signal }),
  );
  if (flags.json === true) {
    printJson(context, manifest);
    return 0;
  }
  const { id, status, trigger, finished, grafana, resources, errors } = manifest;
  printLine(
    context,
    `${id}: ${status}, ${trigger}, finished ${finished}, Grafana ${grafana.version} at ${grafana.url}`,
  );
  printTable(
    context,
    ['org', 'kind', 'uid', 'title', 'folder', 'size'],
    resources.map((entry) => [entry.org, entry.kind, entry.uid, entry.title, entry.folder, bytes(entry.bytes)]),
  );
  for (const { kind, uid, reason } of errors) {
    printLine(context, printable(`missing: ${kind} ${uid}: ${reason}`));
  }
  return 0;
}
