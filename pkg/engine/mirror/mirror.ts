import * as z from 'zod';
import type { ReadableChange } from '../../contract/api/diff.ts';
import { SERVER_KINDS } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { systemCode } from '../../lib/file-errors.ts';
import { append } from '../../lib/append.ts';
import { canonicalJson, parseJson, type Json } from '../../lib/json/json.ts';
import { prettyJson } from '../../lib/json/pretty.ts';
import { groupBy } from '../../lib/group-by.ts';
import type { Repository } from '../../repository/repository.ts';
import { resourceChanges } from '../changes/changes.ts';
import { INDEX, PART } from '../export/directory.ts';
import { aboutSnapshot, readResource } from '../export/export.ts';
import { jsonFile, JsonResource, wholeOf } from '../export/json.ts';
import { TitlePaths } from '../export/names.ts';
import { isKindComplete } from '../restore/kind-completeness.ts';
import { authorOf, isAccountId, type Authors } from '../versions/authors.ts';
import { authorOfAll, commitMessage, type MirroredChange } from './message.ts';
import { forgetLocalCopy, GitRemote, type MirrorConfig } from './remote.ts';
import { MirrorTree, type TreeEntry } from './tree.ts';

/**
 * A resource as the index of a mirror has it: with its object in the repository of Dashkeep, and that of its file in
 * Git, by which what is unchanged on both sides is known.
 */
const Mirrored = JsonResource.extend({ path: pathTo('[^/]*\\.json'), object: z.string(), blob: z.string() });
type Mirrored = z.infer<typeof Mirrored>;

const Root = z.object({
  /** The Dashkeep repository whose snapshots the branch mirrors. */
  repository: z.string().optional(),
  parts: z.array(pathTo(PART.replaceAll('.', '\\.'))),
});
const Part = z.object({ resources: z.array(Mirrored) });

/** A path that a mirror writes. Anyone who can push can change the index, which must not name files of others. */
function pathTo(name: string): z.ZodString {
  return z.string().regex(new RegExp(`^([^./][^/]*/){2,}(?=[^/])${name}$`));
}

interface Options {
  manifest: Manifest;
  repository: Repository;
  /** Reads who has an account in an organization; called only if a change names an account by its ID. */
  authors: (org: number) => Promise<Authors>;
  signal: AbortSignal;
}

/** How often a commit is tried, because someone else may push one first. */
const TRIES = 3;

/**
 * Commits a snapshot to a Git repository as a tree of JSON files, if anything changed since the commit before, and
 * pushes it. Only what changed is read, and sent. Other files in the repository stay.
 * @returns how many resources changed
 * @throws DK_MIRROR_FAILED
 */
export async function mirror(config: MirrorConfig, options: Options): Promise<number> {
  try {
    return await commitChanges(config, options);
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || cause instanceof DashkeepError) {
      throw cause;
    }
    // A process that was killed may have left half of an object there.
    await forgetLocalCopy(config);
    throw new DashkeepError('DK_MIRROR_FAILED', `${config.directory} cannot be used: ${code}`, { cause });
  }
}

async function commitChanges(config: MirrorConfig, options: Options): Promise<number> {
  const remote = await GitRemote.open(config, options.signal);
  if ((await remote.head()) === undefined) {
    await remote.update();
  }
  for (let tries = 1; ; tries++) {
    const { tree, changes: found } = await build(remote, options);
    if (found.length === 0) {
      return 0;
    }
    const changes = await named(found, options);
    const { id, finished } = options.manifest;
    const message = commitMessage(changes, id);
    const isBehind =
      (await remote.update()) ||
      !(await remote.push({ tree, message, author: authorOfAll(changes), time: new Date(finished) }));
    if (!isBehind) {
      return changes.length;
    }
    if (tries === TRIES) {
      throw new DashkeepError('DK_MIRROR_FAILED', 'other commits keep arriving at the Git repository');
    }
  }
}

/** Writes the tree of a snapshot beside what is there, without a commit. */
async function build(remote: GitRemote, options: Options): Promise<{ tree: string; changes: MirroredChange[] }> {
  const { manifest } = options;
  const head = await remote.head();
  const [was, tree] = [new MirrorTree(remote, head), new MirrorTree(remote, head)];
  const before = await indexIn(remote, was, options.repository);
  const reserved = [INDEX, ...foreignNames(await was.entries(), before)];
  const paths = new TitlePaths(manifest, reserved).pathsOf(manifest.resources, '.json');
  const known = new Map(before.map((one) => [keyOf(one), one]));
  const after: Mirrored[] = [];
  const changes: MirroredChange[] = [];
  for (const entry of manifest.resources) {
    const path = paths.get(entry) ?? '';
    const { bytes: _, revision: __, readAt: ___, ...facts } = entry;
    const old = known.get(keyOf(entry));
    known.delete(keyOf(entry));
    const oid = old === undefined ? undefined : await was.file(old.path);
    if (old !== undefined && oid === old.blob && old.object === entry.object) {
      after.push({ ...facts, path, blob: oid });
      if (old.path !== path) {
        await tree.put(path, oid);
        changes.push(changeOf('moved', entry, []));
      }
      continue;
    }
    const text = jsonFile((await readResource(options.repository, entry, new Map(), options.signal)).content);
    const blob = await remote.writeFile(text);
    await tree.put(path, blob);
    after.push({ ...facts, path, blob });
    const words = oid === undefined ? [] : wordsOf(entry.kind, await remote.readFile(oid), text);
    changes.push(changeOf(oid === undefined ? 'created' : 'changed', entry, words));
  }
  const taken = new Set(after.map(({ path }) => path));
  for (const gone of known.values()) {
    // What could not be read to its end is not gone.
    if (isKindComplete(manifest, gone.kind) && isCovered(manifest, gone)) {
      changes.push(changeOf('deleted', gone, []));
    } else if (!taken.has(gone.path)) {
      taken.add(gone.path);
      after.push(gone);
    }
  }
  for (const { path } of before.filter((one) => !taken.has(one.path))) {
    await tree.remove(path);
  }
  await writeIndex(remote, tree, { manifest, before, after, repository: options.repository.id });
  return { tree: (await tree.write()) ?? '', changes };
}

/** What others put at the top. Without an index, folders there may be those of a mirror all the same. */
function foreignNames(entries: readonly TreeEntry[], before: readonly Mirrored[]): string[] {
  const ours = new Set(before.map(({ path }) => path.slice(0, path.indexOf('/'))));
  return entries
    .filter(({ path, type }) => (type === 'tree' ? before.length > 0 && !ours.has(path) : true))
    .map(({ path }) => path);
}

/** Whether a snapshot says all of an organization, or that it is gone: otherwise, it may still be there. */
function isCovered({ orgs, scope }: Manifest, { org, kind }: Pick<Mirrored, 'org' | 'kind'>): boolean {
  const isGone = scope?.others?.every(({ id }) => id !== org) === true;
  return SERVER_KINDS.has(kind) || isGone || orgs.some(({ id }) => id === org);
}

/** With names instead of the IDs of accounts. */
async function named(changes: readonly MirroredChange[], { authors }: Options): Promise<MirroredChange[]> {
  const known = new Map<number, Authors>();
  for (const { org, by } of changes) {
    if (by !== undefined && isAccountId(by) && !known.has(org)) {
      known.set(org, await authors(org));
    }
  }
  return changes.map(({ by, ...change }) => ({
    ...change,
    by: by === undefined ? undefined : (authorOf(by, known.get(change.org)) ?? undefined),
  }));
}

/**
 * The files of an earlier commit; none if Dashkeep did not create it.
 * @throws DK_MIRROR_FAILED if it mirrors another repository: resources that only that one contains would be deleted
 */
async function indexIn(remote: GitRemote, tree: MirrorTree, { id }: Repository): Promise<Mirrored[]> {
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const oid = await tree.file(path);
    return oid === undefined ? undefined : schema.safeParse(jsonOf(await remote.readFile(oid))).data;
  };
  const root = await read(INDEX, Root);
  if (root?.repository !== undefined && root.repository !== id) {
    throw new DashkeepError(
      'DK_MIRROR_FAILED',
      `the branch '${remote.branch}' mirrors another repository: set DASHKEEP_GIT_BRANCH to another branch, or remove ${INDEX} from this one to replace that mirror`,
    );
  }
  const resources: Mirrored[] = [];
  for (const path of new Set(root?.parts)) {
    append(resources, (await read(path, Part))?.resources ?? []);
  }
  return resources;
}

/** The index in parts, one for each folder, so that a change costs no more than that of its folder. */
async function writeIndex(
  remote: GitRemote,
  tree: MirrorTree,
  {
    manifest,
    before,
    after,
    repository,
  }: { manifest: Manifest; before: readonly Mirrored[]; after: readonly Mirrored[]; repository: string },
): Promise<void> {
  const partOf = ({ path }: Mirrored): string => `${path.slice(0, path.lastIndexOf('/'))}/${PART}`;
  const parts = groupBy([...after], partOf);
  for (const part of new Set(before.map(partOf))) {
    if (!parts.has(part)) {
      await tree.remove(part);
    }
  }
  const put = async (path: string, value: object): Promise<void> =>
    tree.put(path, await remote.writeFile(prettyJson(canonicalJson(value as unknown as Json))));
  for (const [path, resources] of parts) {
    await put(path, { resources });
  }
  const about = {
    dashkeepExport: 1,
    as: 'json',
    repository,
    ...aboutSnapshot(manifest),
    ...wholeOf(manifest, after.length === manifest.resources.length),
  };
  await put(INDEX, { ...about, parts: [...parts.keys()].sort() });
}

function jsonOf(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** What changed in words; none where someone left in Git what is no JSON. */
function wordsOf(kind: Mirrored['kind'], before: string, after: string): ReadableChange[] {
  const body = jsonOf(before);
  return body === undefined ? [] : resourceChanges(kind, { body }, { body: parseJson(after) }).changes;
}

function changeOf(
  what: MirroredChange['what'],
  { org, kind, title, uid, facts }: Pick<Mirrored, 'org' | 'kind' | 'title' | 'uid' | 'facts'>,
  changes: ReadableChange[],
): MirroredChange {
  const saved = String(facts?.['updatedBy'] ?? facts?.['createdBy'] ?? '');
  const by = what === 'deleted' || what === 'moved' || saved === '' ? undefined : saved;
  return { what, org, kind, uid, title: title === '' ? uid : title, by, changes };
}

function keyOf({ org, kind, uid }: Pick<Mirrored, 'org' | 'kind' | 'uid'>): string {
  return `${org}/${kind}/${uid}`;
}
