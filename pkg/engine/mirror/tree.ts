/** Reads and writes trees of a Git repository. */
export interface TreeStore {
  readTree(oid: string): Promise<TreeEntry[]>;
  writeTree(entries: TreeEntry[]): Promise<string>;
}

export interface TreeEntry {
  mode: string;
  path: string;
  oid: string;
  type: 'blob' | 'tree' | 'commit';
}

const FILE = { mode: '100644', type: 'blob' } as const;
const FOLDER = { mode: '040000', type: 'tree' } as const;

/** A tree of files that is read as far as it is looked at, and written as far as it was changed. */
export class MirrorTree {
  readonly #store: TreeStore;
  #oid: string | undefined;
  #entries: Map<string, TreeEntry> | undefined;
  readonly #folders = new Map<string, MirrorTree>();

  /** @param oid - of the tree as it is; an empty one without it */
  constructor(store: TreeStore, oid?: string) {
    this.#store = store;
    this.#oid = oid;
  }

  /** What is at the top. */
  async entries(): Promise<TreeEntry[]> {
    return [...(await this.#read()).values()];
  }

  /** The object of a file; undefined where there is none. */
  async file(path: string): Promise<string | undefined> {
    const { folder, name } = await this.#descend(path);
    const entry = (await folder.#read()).get(name);
    return entry?.type === 'blob' ? entry.oid : undefined;
  }

  async put(path: string, oid: string): Promise<void> {
    const { folder, name } = await this.#descend(path);
    folder.#folders.delete(name);
    (await folder.#read()).set(name, { ...FILE, path: name, oid });
  }

  async remove(path: string): Promise<void> {
    const { folder, name } = await this.#descend(path);
    (await folder.#read()).delete(name);
  }

  /** @returns the object of the tree; undefined when nothing is in it, because Git keeps no empty folders */
  async write(): Promise<string | undefined> {
    if (this.#entries === undefined) {
      return this.#oid;
    }
    for (const [name, folder] of this.#folders) {
      const oid = await folder.write();
      if (oid === undefined) {
        this.#entries.delete(name);
      } else {
        this.#entries.set(name, { ...FOLDER, path: name, oid });
      }
    }
    const entries = [...this.#entries.values()];
    this.#oid = entries.length === 0 ? undefined : await this.#store.writeTree(entries);
    return this.#oid;
  }

  async #descend(path: string): Promise<{ folder: MirrorTree; name: string }> {
    const slash = path.indexOf('/');
    return slash < 0
      ? { folder: this, name: path }
      : (await this.#folder(path.slice(0, slash))).#descend(path.slice(slash + 1));
  }

  async #folder(name: string): Promise<MirrorTree> {
    const entry = (await this.#read()).get(name);
    const folder =
      this.#folders.get(name) ?? new MirrorTree(this.#store, entry?.type === 'tree' ? entry.oid : undefined);
    this.#folders.set(name, folder);
    return folder;
  }

  async #read(): Promise<Map<string, TreeEntry>> {
    if (this.#entries === undefined) {
      const entries = this.#oid === undefined ? [] : await this.#store.readTree(this.#oid);
      this.#entries = new Map(entries.map((entry) => [entry.path, entry]));
    }
    return this.#entries;
  }
}
