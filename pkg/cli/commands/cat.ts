import { isWholeResource, type NamedRef } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { canonicalJson } from '../../lib/json/json.ts';
import { storedRules } from '../../engine/rules/stored-rules.ts';
import { notInSnapshotError } from '../../engine/versions/errors.ts';
import type { Repository } from '../../repository/repository.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { printLine } from '../output/output.ts';
import { parseResource } from '../resource.ts';
import type { CliContext } from '../context.ts';
import { CommandError } from '../command-error.ts';

interface Flags extends CommonFlags {
  org?: string;
}

/** Registers `dashkeep cat`. */
export const registerCat: Register = (program, run) => {
  withTarget(program.command('cat'))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .argument('<resource>', 'kind/UID, such as dashboard/abc or alert-rule/abc')
    .option('--org <id>', 'ID of the organization, if several contain the resource')
    .description('print a stored resource as JSON')
    .action(run(cat));
};

async function cat(context: CliContext, snapshot: string, resource: string, flags: Flags): Promise<Exit> {
  const ref = parseResource(resource);
  const org = optionalNumber(flags.org, '--org');
  await withClockWarning(context, flags, async ({ repository }) => {
    const manifest = await repository.manifest(snapshot, { signal: context.signal });
    printLine(context, await textOf(context, repository, manifest, ref, org));
  });
  return 0;
}

async function textOf(
  { signal }: CliContext,
  repository: Repository,
  manifest: Manifest,
  ref: Omit<NamedRef, 'org'>,
  org: number | undefined,
): Promise<string> {
  const isMeant = (entry: { org: number }): boolean => org === undefined || entry.org === org;
  if (isWholeResource(ref)) {
    const found = manifest.resources.filter((one) => one.kind === ref.kind && one.uid === ref.uid && isMeant(one));
    return repository.getObject(onlyOne(found, ref, manifest).object, { signal });
  }
  const rules = await storedRules(manifest, ({ object }) => repository.getObject(object, { signal }), isMeant);
  const found = rules.filter(({ uid }) => uid === ref.uid);
  return canonicalJson(onlyOne(found, ref, manifest).body);
}

function onlyOne<T extends { org: number }>(found: readonly T[], ref: Omit<NamedRef, 'org'>, manifest: Manifest): T {
  const [first] = found;
  if (first === undefined) {
    throw notInSnapshotError(manifest, ref);
  }
  if (found.length > 1) {
    const orgs = found.map(({ org }) => org).join(', ');
    throw new CommandError('DK_USAGE', `organizations ${orgs} all have ${ref.kind} '${ref.uid}'`, {
      hint: 'Choose one with --org.',
    });
  }
  return first;
}
