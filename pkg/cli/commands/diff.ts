import type { Diff } from '../../contract/plan.ts';
import { diffLive, diffManifests } from '../../engine/diff.ts';
import type { OpenedRepository } from '../../repository/repository.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withGrafanaInstance, withRepository } from '../open.ts';
import { withGrafana, withTarget } from '../options.ts';
import { printJson, printLine, printTable } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
}

export const registerDiff: Register = (program, run) => {
  withGrafana(withTarget(program.command('diff')))
    .argument('<from>', "snapshot id, or 'latest'")
    .argument('<to>', "a later snapshot id, or 'live' for the current state of Grafana")
    .description('show what was added, changed and removed')
    .action(run(diff));
};

async function diff(context: CliContext, from: string, to: string, flags: Flags): Promise<Exit> {
  const found = await withRepository(context, flags, false, (repository) =>
    compare(context, repository, from, to, flags),
  );
  if (flags.json === true) {
    printJson(context, found);
    return 0;
  }
  const rows = (['added', 'changed', 'removed'] as const).flatMap((what) =>
    found[what].map(({ kind, uid, title }) => [what, kind, uid, title]),
  );
  if (rows.length === 0) {
    printLine(context, 'No differences.');
  } else {
    printTable(context, ['', 'kind', 'uid', 'title'], rows);
  }
  return 0;
}

async function compare(
  context: CliContext,
  repository: OpenedRepository,
  from: string,
  to: string,
  flags: Flags,
): Promise<Diff> {
  const manifest = await repository.manifest(from, { signal: context.signal });
  if (to !== 'live') {
    return diffManifests(manifest, await repository.manifest(to, { signal: context.signal }));
  }
  return withGrafanaInstance(context, flags, (instance) => diffLive({ ...context, manifest, repository, instance }));
}
