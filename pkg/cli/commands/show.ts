import { compact } from '../../contract/compact.ts';
import { RULE } from '../../contract/kinds.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { storedRules } from '../../engine/rules/stored-rules.ts';
import { uncoveredBy } from '../../repository/snapshots/covered/uncovered.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, printJson, printLine, printTable } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { printUncovered } from '../output/uncovered.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  rules?: boolean;
}

/** Registers `dashkeep show`. */
export const registerShow: Register = (program, run) => {
  withTarget(program.command('show'))
    .argument('<snapshot>', "ID, unique prefix of an ID, or 'latest'")
    .option('--rules', 'also list individual alert rules (reads contents)')
    .description('show the contents of a snapshot')
    .action(run(show));
};

async function show(context: CliContext, snapshot: string, flags: Flags): Promise<Exit> {
  const { manifest, rules } = await withClockWarning(context, flags, async ({ repository }) => {
    const { signal } = context;
    const found = await repository.manifest(snapshot, { signal });
    const read = ({ object }: ManifestEntry): Promise<string> => repository.getObject(object, { signal });
    return { manifest: found, rules: flags.rules === true ? await storedRules(found, read) : undefined };
  });
  const uncovered = uncoveredBy(manifest);
  if (flags.json === true) {
    const listed = rules?.map(({ org, uid, title, group }) => ({ org, kind: RULE, uid, title, group: group.uid }));
    printJson(context, { ...manifest, ...compact({ rules: listed }), uncovered });
    return 0;
  }
  const { id, status, trigger, finished, grafana, resources, errors, basedOn } = manifest;
  printLine(
    context,
    `${id}: ${status}, ${trigger}, finished ${finished}, Grafana ${grafana.version} at ${grafana.url}`,
  );
  if (basedOn !== undefined) {
    printLine(context, `note: ${sentenceOf(reason('snapshot-based-on', { time: basedOn.started }))}`);
  }
  printUncovered(context, 'this snapshot', uncovered);
  printTable(
    context,
    ['org', 'kind', 'uid', 'title', 'folder', 'size'],
    resources.map((entry) => [entry.org, entry.kind, entry.uid, entry.title, entry.folder, bytes(entry.bytes)]),
  );
  if (rules !== undefined) {
    printTable(
      context,
      ['org', 'kind', 'uid', 'title', 'group'],
      rules.map(({ org, uid, title, group }) => [org, RULE, uid, title, group.uid]),
    );
  }
  for (const { kind, uid, reason } of errors) {
    printLine(context, printable(`missing: ${kind} ${uid}: ${reason}`));
  }
  return 0;
}
