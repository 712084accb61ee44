import { groupBy } from '../../lib/group-by.ts';
import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { SERVER_KINDS } from '../../contract/kinds.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** What a file or folder is named after. */
interface Titled {
  title: string;
  uid: string;
}

/** Most bytes of a title in a name: a file system allows 255, and a UID and an extension may follow. */
const MAX_BYTES = 120;

/** File names that Windows does not allow. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The name of a file or folder for a title. It is one segment of a path: it has no separator, does not begin with a
 * dot, and every file system allows it. Nor is it a short name of Windows, such as `git~1` for `.git`: Git refuses it.
 */
function safeName(title: string): string {
  const plain = title
    .normalize('NFC')
    // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]/gu, '')
    .replace(/[/\\:*?"<>|]+|~(?=\d)/g, '-')
    .replace(/\s+/g, ' ');
  const name = cut(plain.replace(/^[. ]+/, '')).replace(/[. ]+$/, '');
  return name === '' ? 'untitled' : RESERVED.test(name) ? `_${name}` : name;
}

function cut(text: string): string {
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) {
      break;
    }
    kept += character;
  }
  return kept;
}

/**
 * Names of siblings, unique even if case is ignored. Equal names get the UIDs appended, so that no name depends on the
 * order of the others.
 */
export function namesOf<T extends Titled>(
  siblings: readonly T[],
  extension = '',
  taken: readonly string[] = [],
): Map<T, string> {
  const counts = new Map<string, number>(taken.map((name) => [name.toLowerCase(), 1]));
  const wanted = siblings.map((one) => {
    const name = safeName(one.title);
    // A folder is never named like a file beside it.
    return [one, extension === '' && /\.[a-z]+$/i.test(name) ? `${name}_` : name] as const;
  });
  for (const [, name] of wanted) {
    counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1);
  }
  const used = new Set<string>();
  return new Map(
    wanted.map(([one, name]) => {
      const clear = counts.get(name.toLowerCase()) === 1 ? name : `${name} (${safeName(one.uid)})`;
      let free = clear;
      for (let number = 2; used.has(free.toLowerCase()); number++) {
        free = `${clear} ${number}`;
      }
      used.add(free.toLowerCase());
      return [one, `${free}${extension}`];
    }),
  );
}

/** The folder of the server's resources; no organization has that name. */
const SERVER = '_server';

/** Paths of resources in a tree of titles: organization, kind, folders, title. */
export class TitlePaths {
  readonly #orgs: Map<number, string>;
  readonly #folders = new Map<string, { name: string; parent: string | undefined }>();

  constructor({ orgs, resources }: Pick<Manifest, 'orgs' | 'resources'>, reserved: readonly string[]) {
    const titled = orgs.map(({ id, name }) => ({ id, title: name, uid: String(id) }));
    this.#orgs = new Map([...namesOf(titled, '', [SERVER, ...reserved])].map(([{ id }, name]) => [id, name]));
    const folders = resources.filter(({ kind }) => kind === 'folder');
    for (const siblings of groupBy(folders, ({ org, folderUid }) => `${org}/${folderUid ?? ''}`).values()) {
      for (const [{ org, uid, folderUid }, name] of namesOf(siblings)) {
        this.#folders.set(`${org}/${uid}`, { name, parent: folderUid });
      }
    }
  }

  /** The folder of an organization. */
  orgFolder(org: number): string {
    return this.#orgs.get(org) ?? String(org);
  }

  /** The folders above a resource, outermost first. A broken or circular chain ends where it breaks. */
  foldersAbove({ org, folderUid }: Pick<ManifestEntry, 'org' | 'folderUid'>): string[] {
    const names: string[] = [];
    const seen = new Set<string>();
    for (let uid = folderUid; uid !== undefined && !seen.has(uid);) {
      seen.add(uid);
      const folder = this.#folders.get(`${org}/${uid}`);
      names.unshift(folder?.name ?? safeName(uid));
      uid = folder?.parent;
    }
    return names;
  }

  /** The path of each resource, with `/` between its parts. */
  pathsOf(entries: readonly ManifestEntry[], extension: string): Map<ManifestEntry, string> {
    const directory = (entry: ManifestEntry): string =>
      [
        SERVER_KINDS.has(entry.kind) ? SERVER : this.orgFolder(entry.org),
        kindFolder(entry),
        ...this.foldersAbove(entry),
      ].join('/');
    const paths = new Map<ManifestEntry, string>();
    for (const [path, siblings] of groupBy(entries, directory)) {
      for (const [entry, name] of namesOf(siblings, extension)) {
        paths.set(entry, `${path}/${name}`);
      }
    }
    return paths;
  }
}

/** `notification-policies` */
function kindFolder({ kind }: ManifestEntry): string {
  return kindOf(kind).declaration.plural.toLowerCase().replaceAll(' ', '-');
}
