import { Option } from 'commander';
import type { ResourceVersion } from '../../contract/api/versions.ts';
import { compact } from '../../contract/compact.ts';
import { changeSentence } from '../../contract/changes/catalogue.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import { isWholeResource, SERVER_KINDS, type NamedRef, type ResourceRef } from '../../contract/kinds.ts';
import { isAccountId, withAuthors } from '../../engine/versions/authors.ts';
import { withDeletions } from '../../engine/versions/deletions.ts';
import { keptDeletions } from '../../engine/versions/kept-deletions.ts';
import { neverSeen } from '../../engine/versions/near-matches.ts';
import {
  describeSeveral,
  describeVersions,
  goneOf,
  versionsBelow,
  versionsOf,
} from '../../engine/versions/resource-versions.ts';
import type { GrafanaLink } from '../../operations/grafana.ts';
import { liveAuthors, liveDeletions } from '../../operations/live.ts';
import { versionsOfResource, type VersionSource } from '../../operations/versions.ts';
import { readDeletionsOf } from '../../repository/deletions.ts';
import type { Repository } from '../../repository/repository.ts';
import type { SeenResource, Versions } from '../../repository/repository.types.ts';
import { assertAnyCounts } from '../../repository/signing/acceptance.ts';
import { withTimeLimit } from '../../lib/time-limit.ts';
import type { Exit, Register } from '../command.ts';
import { optionalNumber, wholeNumber } from '../config/parsers.ts';
import type { CommonFlags } from '../config/settings.ts';
import type { CliContext } from '../context.ts';
import { readSnapshots, withClockWarning } from '../open.ts';
import { withTarget } from '../options.ts';
import { bytes, counted, printJson, printLine, printTable, progressPrinter } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { parseResource } from '../resource.ts';
import { CommandError } from '../command-error.ts';

interface Flags extends CommonFlags {
  org?: string;
  limit: string;
  changes: boolean;
  below?: boolean;
}

/** Registers `dashkeep versions`. */
export const registerVersions: Register = (program, run) => {
  withTarget(program.command('versions'))
    .argument('<resource>', 'kind/UID, such as dashboard/abc or alert-rule/abc')
    .option('--org <id>', 'ID of the organization, if several contain the resource')
    .addOption(new Option('--limit <n>', 'maximum number of changes, newest first').default('20', '20'))
    .option('--below', 'for a folder: also show the changes to its current and former contents')
    .option('--no-changes', 'omit change details (faster)')
    .description('show the versions and deletions of a resource, and the snapshots that contain each version')
    .action(run(versions));
};

async function versions(context: CliContext, resource: string, flags: Flags): Promise<Exit> {
  const asked = parseResource(resource);
  const org = optionalNumber(flags.org, '--org');
  const limit = wholeNumber(flags.limit, '--limit');
  if (flags.below === true && asked.kind !== 'folder') {
    throw new DashkeepError('DK_USAGE', `--below requires a folder, but ${resource} is not one`);
  }
  const { ref, found, total, items } = await withClockWarning(context, flags, async ({ repository, grafana }) => {
    const { signal } = context;
    const named = async (shown: ResourceVersion[], which: NamedRef, { snapshots }: Versions<unknown>) =>
      withNames(context, { repository, grafana, snapshots: [...snapshots.values()] }, shown, which);
    const source = versionSource(context, repository, flags.json === true);
    const which = isWholeResource(asked)
      ? await knownRef(asked, org, source)
      : { org: org ?? 1, kind: asked.kind, uid: asked.uid };
    if (flags.below === true && isWholeResource(which)) {
      const below = await repository.versionsBelow(which, { limit, signal });
      const shown = versionsBelow(below);
      const described = flags.changes
        ? await describeSeveral(shown, below.changes, { read: source.read, signal })
        : shown;
      return { ref: which, found: below, total: below.total, items: await named(described, which, below) };
    }
    const { found: all, kind, read } = await versionsOfResource(which, source);
    if (all.changes.length === 0) {
      throw neverSeen(which, await source.everSeen());
    }
    const shown = versionsOf(all).slice(0, limit);
    const described = flags.changes
      ? await describeVersions(shown, all.changes.toReversed(), { kind, read, signal })
      : shown;
    return { ref: which, found: all, total: all.changes.length, items: await named(described, which, all) };
  });
  const { indexed, pending, unreadable } = found;
  if (flags.json === true) {
    printJson(context, { ...ref, versions: items, total, indexed: { snapshots: indexed, pending, unreadable } });
    return 0;
  }
  printTable(
    context,
    [
      ...['time', 'what', ...(flags.below === true ? ['resource', 'title'] : [])],
      ...['by', 'version', 'size', 'until', 'snapshots', 'newest', 'changes'],
    ],
    items.map(rowOf),
  );
  if (items.length < total) {
    printLine(context, `${counted(total - items.length, 'earlier change')} not shown; use --limit to show more.`);
  }
  if (items.some(({ untold }) => untold === 'no-identity')) {
    printLine(
      context,
      'The changes are encrypted: set DASHKEEP_AGE_IDENTITY_FILE or DASHKEEP_AGE_PASSPHRASE to see them.',
    );
  }
  if (unreadable > 0) {
    printLine(context, `Omitted, because they cannot be read here: ${counted(unreadable, 'snapshot')}.`);
  }
  return 0;
}

function versionSource(context: CliContext, repository: Repository, quiet: boolean): VersionSource {
  const { signal } = context;
  const progress = progressPrinter(context, quiet);
  const onProgress = (done: number, total: number): void =>
    progress.report({ phase: 'reading snapshots', done, total, kinds: {} });
  const known = new Map<string, Promise<Versions>>();
  return {
    versions(ref) {
      const key = `${ref.org}/${ref.kind}/${ref.uid}`;
      const versions = known.get(key) ?? repository.versions(ref, { onProgress, signal }).finally(progress.end);
      known.set(key, versions);
      return versions;
    },
    everSeen: async () => {
      assertAnyCounts(await readSnapshots(repository, signal));
      return repository.everSeen({ signal });
    },
    newest: () => repository.manifest('latest', { signal }),
    read: (object) => repository.getObject(object, { signal }),
  };
}

/** A resource with its organization. @throws DK_NOT_FOUND, DK_USAGE where several organizations have it */
async function knownRef(
  named: Omit<ResourceRef, 'org'>,
  asked: number | undefined,
  { versions: indexed, everSeen }: VersionSource,
): Promise<ResourceRef> {
  const org = asked ?? 1;
  await indexed({ org, ...named });
  const seen = await everSeen();
  const isAsked = (one: SeenResource): boolean =>
    one.kind === named.kind &&
    one.uid === named.uid &&
    (asked === undefined || SERVER_KINDS.has(one.kind) || one.org === asked);
  const [only, ...others] = seen.filter(isAsked);
  if (only === undefined) {
    throw neverSeen({ ...named, ...compact({ org: asked }) }, seen);
  }
  if (others.length > 0) {
    const orgs = [only, ...others].map((one) => one.org).join(', ');
    throw new CommandError('DK_USAGE', `organizations ${orgs} all have or had ${named.kind} '${named.uid}'`, {
      hint: 'Choose one with --org.',
    });
  }
  return { ...named, org: only.org === 0 ? org : only.org };
}

/** Timeout for reading names, in milliseconds. */
const NAMES_WITHIN = 3_000;

interface NameSources {
  repository: Repository;
  grafana: () => GrafanaLink;
  snapshots: SnapshotSummary[];
}

/** Adds the name of the account that saved or deleted each version, as far as backups or Grafana have it. */
async function withNames(
  { clock, log, signal }: CliContext,
  { repository, grafana, snapshots }: NameSources,
  versions: ResourceVersion[],
  ref: NamedRef,
): Promise<ResourceVersion[]> {
  const goneIn = (version: ResourceVersion) => goneOf(version, version.resource ?? ref);
  const gone = versions.flatMap((version) => goneIn(version) ?? []);
  const late = new AbortController();
  const ending = AbortSignal.any([signal, late.signal]);
  let known = versions;
  const read = async (): Promise<void> => {
    const kept = await keptDeletions(gone, snapshots, async (id) =>
      (await readDeletionsOf(repository, id, { signal: ending })).deletions.filter(({ org }) => org === ref.org),
    );
    known = withDeletions(versions, goneIn, kept);
    if (kept.others.length === 0 && !known.some(({ updatedBy = '' }) => isAccountId(updatedBy))) {
      return;
    }
    const link = grafana();
    const live = kept.others.length === 0 ? undefined : await liveDeletions(link, ref.org, ending);
    known = withAuthors(withDeletions(versions, goneIn, kept, live), await liveAuthors(link, ref.org, ending));
  };
  try {
    await withTimeLimit(clock, NAMES_WITHIN, signal, (over) => Promise.race([read(), over]));
  } catch (error) {
    signal.throwIfAborted();
    log.debug({ reason: reasonOf(error) }, 'accounts are not known');
  } finally {
    late.abort();
  }
  return known;
}

/** Changes that a line has room for. */
const SENTENCES = 3;

function rowOf(version: ResourceVersion): (string | number)[] {
  const { what, time, until, version: number, bytes: size, snapshots, resource, title } = version;
  return [
    time,
    what,
    ...(resource === undefined ? [] : [`${resource.kind}/${resource.uid}`, title]),
    authorShown(version),
    number ?? '',
    size === undefined ? '' : bytes(size),
    until ?? 'newest snapshot',
    ...(what === 'deleted' ? ['', ''] : [snapshots.count, snapshots.last]),
    printable(wordsOf(version)),
  ];
}

function authorShown({ by, updatedBy = '' }: ResourceVersion): string {
  return by === null ? `${updatedBy} (gone)` : (by ?? updatedBy);
}

function wordsOf({ comment, renamedFrom, changes = [], untold, truncated }: ResourceVersion): string {
  const sentences = changes.slice(0, SENTENCES).map(changeSentence);
  const more = changes.length - sentences.length;
  return [
    ...(comment === undefined ? [] : [`"${comment}"`]),
    ...(renamedFrom === undefined || changes.length > 0 ? [] : [`was called ${renamedFrom}`]),
    ...sentences,
    ...(more > 0 ? [`and ${more}${truncated === true ? ' or' : ''} more`] : []),
    ...(untold === undefined ? [] : [UNTOLD_WORDS[untold]]),
  ].join('; ');
}

const UNTOLD_WORDS = {
  'no-identity': '(encrypted)',
  'too-large': '(too large to compare; see `dashkeep diff`)',
  'not-readable': '(its content cannot be read; run `dashkeep verify`)',
} as const;
