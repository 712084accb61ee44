import { DashkeepError } from '../../contract/errors.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber } from '../config/environment.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withRepository } from '../open.ts';
import { withTarget } from '../options.ts';
import { printLine } from '../output/output.ts';
import { parseResource } from '../resource.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  json?: boolean;
  org?: string;
}

export const registerCat: Register = (program, run) => {
  withTarget(program.command('cat'))
    .argument('<snapshot>', "id, unique prefix of an id, or 'latest'")
    .argument('<resource>', 'kind/uid, such as dashboard/abc')
    .option('--org <id>', 'the organization, if several have the resource')
    .description('print the stored body of one resource as JSON')
    .action(run(cat));
};

async function cat(context: CliContext, snapshot: string, resource: string, flags: Flags): Promise<Exit> {
  const ref = parseResource(resource);
  const org = optionalNumber(flags.org, '--org');
  await withRepository(context, flags, false, async (repository) => {
    const manifest = await repository.manifest(snapshot, { signal: context.signal });
    const entry = findEntry(manifest, ref, org);
    printLine(context, await repository.getObject(entry.object, { signal: context.signal }));
  });
  return 0;
}

function findEntry(manifest: Manifest, ref: Omit<ResourceRef, 'org'>, org: number | undefined): ManifestEntry {
  const found = manifest.resources.filter(
    (entry) => entry.kind === ref.kind && entry.uid === ref.uid && (org === undefined || entry.org === org),
  );
  const [first] = found;
  if (first === undefined) {
    throw new DashkeepError('DK_NOT_FOUND', `snapshot ${manifest.id} contains no ${ref.kind} '${ref.uid}'`);
  }
  if (found.length > 1) {
    const orgs = found.map((entry) => entry.org).join(', ');
    throw new DashkeepError('DK_USAGE', `orgs ${orgs} all have ${ref.kind} '${ref.uid}'`, {
      hint: 'Choose one with --org.',
    });
  }
  return first;
}
