import { Option } from 'commander';
import type { FoundText, SearchHit } from '../../contract/api/search.ts';
import { KIND_NAMES, SERVER_KINDS, type KindName } from '../../contract/kinds.ts';
import { parseSearch } from '../../engine/search/query.ts';
import { search, type FoundPage } from '../../engine/search/search.ts';
import { assertAnyCounts } from '../../repository/signing/acceptance.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber, wholeNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { readSnapshots, withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { counted, printJson, printLine, printTable, progressPrinter } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { CommandError } from '../command-error.ts';

interface Flags extends CommonFlags {
  org?: string;
  kind?: string[];
  deleted?: boolean;
  limit: string;
}

/** Registers `dashkeep search`. */
export const registerSearch: Register = (program, run) => {
  withTarget(program.command('search'))
    .argument('<text>', 'words that must all occur in one text, such as a title, query or tag')
    .option('--kind <kind...>', 'only resources of these kinds')
    .option('--org <id>', 'only resources in this organization')
    .option('--deleted', 'only resources that no longer exist')
    .addOption(new Option('--limit <n>', 'maximum number of resources').default('20', '20'))
    .description('find titles, panels, queries, tags and data sources in current and earlier versions')
    .action(run(searchTexts));
};

async function searchTexts(context: CliContext, text: string, flags: Flags): Promise<Exit> {
  const { signal } = context;
  const org = optionalNumber(flags.org, '--org');
  const limit = wholeNumber(flags.limit, '--limit');
  const kinds = flags.kind?.map(kindOf);
  parseSearch(text);
  const page = await withClockWarning(context, flags, async ({ repository }) => {
    const progress = progressPrinter(context, flags.json === true);
    const onProgress = (done: number, total: number): void =>
      progress.report({ phase: 'indexing resources', done, total, kinds: {} });
    const found = await search(() => repository.searchable({ onProgress, signal }).finally(progress.end), {
      text,
      kinds,
      deleted: flags.deleted === true,
      isVisible: (ref) => org === undefined || SERVER_KINDS.has(ref.kind) || ref.org === org,
      serverOrg: org ?? 1,
      limit,
    });
    if (found.items.length === 0) {
      assertAnyCounts(await readSnapshots(repository, signal));
    }
    return found;
  });
  if (flags.json === true) {
    const { last: _, items: results, ...rest } = page;
    printJson(context, { results, ...rest });
    return 0;
  }
  const several = new Set(page.items.map((hit) => hit.org)).size > 1;
  printTable(
    context,
    [...(several ? ['org'] : []), 'resource', 'title', 'found in', 'text', 'version'],
    page.items.flatMap((hit) =>
      hit.found.map((found) => [...(several ? [String(hit.org)] : []), ...rowOf(hit, found)]),
    ),
  );
  notesOf(page, flags).forEach((note) => printLine(context, note));
  return 0;
}

function kindOf(name: string): KindName {
  const kind = KIND_NAMES.find((one) => one === name);
  if (kind === undefined) {
    throw new CommandError('DK_USAGE', `--kind ${printable(name).slice(0, 40)}: no such kind`, {
      hint: `The kinds are ${KIND_NAMES.join(', ')}.`,
    });
  }
  return kind;
}

const LONGEST = 80;

function rowOf({ kind, uid, title, deleted, lastSeen }: SearchHit, found: FoundText): string[] {
  const { where, text, panel, now, until } = found;
  const line = printable(text.replace(/\s+/g, ' '));
  return [
    `${kind}/${uid}`,
    deleted ? `${title} (deleted, last seen ${lastSeen})` : title,
    panel === undefined ? where : `${where} of ${panel}`,
    line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line,
    now ? 'newest snapshot' : `until ${until ?? ''}`,
  ];
}

/** What the answer is made from, where that isn't everything. */
function notesOf(
  { items, total, searched, indexed, cut, unread, truncated }: FoundPage,
  { deleted = false }: Flags,
): string[] {
  const more = total - items.length;
  const notes: [boolean, string][] = [
    [total === 0, 'No results.'],
    [
      total === 0 && deleted,
      'Deletions since the last backup are found after the next one; `dashkeep diff latest live` lists them now.',
    ],
    [more > 0, `${more}${truncated ? ' or' : ''} more not shown; use --limit to show more.`],
    [
      searched === 'titles',
      'The repository is encrypted, so only titles and UIDs were searched: set DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE to search everything.',
    ],
    [indexed.unreadable > 0, `Omitted, because they cannot be read here: ${counted(indexed.unreadable, 'snapshot')}.`],
    [cut > 0, `Searched only partly, because the index does not contain the full text: ${counted(cut, 'resource')}.`],
    [
      unread > 0,
      `Only titles were searched, because the content of some versions is unreadable: ${counted(unread, 'resource')}.`,
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}
