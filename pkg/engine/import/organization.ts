import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Manifest, ResourceProblem } from '../../contract/manifest.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { contentOfObject, contentOfResponse } from '../../grafana/kinds/dashboards/dashboard/content.ts';
import { legacyContent } from '../../grafana/kinds/dashboards/folder/content.ts';
import { libraryPanelContent } from '../../grafana/kinds/dashboards/library-panel.ts';
import { naturalKey } from '../../grafana/natural-key.ts';
import { append } from '../../lib/append.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { mapTexts } from '../../lib/json/map.ts';
import { imported, missingFromArchive, type Archive, type Imported, type ImportOptions } from './archive.ts';
import { invalid } from './files.ts';

/** A UID for a resource that the archive identifies only by name: the same in each import. */
export function importedUid(title: string): string {
  return `imported-${naturalKey([title]).slice(0, 16)}`;
}

/** The resources of one organization, in the form in which a backup stores them. */
export class ImportedOrg {
  readonly #options: ImportOptions;
  readonly #found = new Map<string, Imported>();
  readonly #placed = new Set<string>();
  readonly errors: ResourceProblem[] = [];

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  get resources(): Imported[] {
    return [...this.#found.values()];
  }

  /** The organizations in an archive, as what is in it. */
  static archiveOf(orgs: Manifest['orgs'], all: Iterable<ImportedOrg>): Archive {
    const [resources, errors]: [Imported[], ResourceProblem[]] = [[], []];
    for (const one of all) {
      one.#nameMissingFolders();
      append(resources, one.resources);
      append(errors, one.errors);
    }
    return { orgs, resources, errors };
  }

  has(kind: KindName, uid: string): boolean {
    return this.#found.has(`${kind}/${uid}`);
  }

  /** If a UID occurs twice, the later resource is used. */
  add(kind: KindName, uid: string, content: Content): void {
    // Each dashboard that was exported for others has a copy of the library panels that it uses.
    if (kind !== 'library-panel' && this.has(kind, uid)) {
      this.lacks(kind, uid, reason('import-twice'));
    }
    this.#found.set(`${kind}/${uid}`, imported(this.#options.org, kind, uid, content));
    if (content.folderUid !== undefined && content.folderUid !== '') {
      this.#placed.add(content.folderUid);
    }
  }

  /** Names what the archive lacks. */
  lacks(kind: KindName, uid: string, why: KnownReason, count?: number): void {
    this.errors.push(compact({ ...missingFromArchive(this.#options.org, kind, uid, why), count }));
  }

  /** A folder as `/api/folders` returns it. */
  addFolder(folder: Json): void {
    const content = legacyContent(folder);
    this.add('folder', stringAt(content.body, 'uid') ?? '', content);
  }

  /**
   * The UID of a folder of which only the title is known.
   * @param uid - where it is known; otherwise the title makes one
   */
  folderOf(title: string, uid = ''): string {
    const known = uid || importedUid(title);
    if (!this.has('folder', known)) {
      this.addFolder({ uid: known, title });
    }
    return known;
  }

  /**
   * An answer of Grafana's API, an object of its newer API, or a dashboard alone.
   * @throws DK_IMPORT_INVALID
   */
  addDashboard(path: string, document: Json): void {
    const isObject = stringAt(document, 'kind') === 'Dashboard' && objectAt(document, 'spec') !== undefined;
    const content = isObject ? contentOfObject(document) : this.#classic(path, document);
    const uid = stringAt(content.body, 'uid') ?? stringAt(content.body, 'metadata', 'name') ?? '';
    if (this.has('dashboard', uid)) {
      throw invalid(`${path}: another file also contains the dashboard '${uid}'`);
    }
    this.add('dashboard', uid, content);
  }

  #nameMissingFolders(): void {
    for (const uid of this.#placed) {
      if (!this.has('folder', uid)) {
        this.lacks('folder', uid, reason('import-no-folder'));
      }
    }
  }

  #classic(path: string, document: Json): ReturnType<typeof contentOfResponse> {
    const answer = objectAt(document, 'dashboard') === undefined ? { dashboard: document } : (document as JsonObject);
    const given = objectAt(answer, 'dashboard');
    const title = stringAt(given, 'title');
    if (
      given === undefined ||
      title === undefined ||
      !('panels' in given || 'rows' in given || 'schemaVersion' in given)
    ) {
      throw invalid(`${path} contains no dashboard`);
    }
    const uid = stringAt(given, 'uid') || importedUid(title);
    const meta = objectAt(answer, 'meta');
    const [folderUid, folderTitle] = [stringAt(meta, 'folderUid') ?? '', stringAt(meta, 'folderTitle') ?? ''];
    if (folderUid !== '' && folderTitle !== '') {
      this.folderOf(folderTitle, folderUid);
    }
    const dashboard = this.#withInputs(uid, given);
    return contentOfResponse({ ...answer, dashboard }, uid);
  }

  /** A dashboard that was exported for others: with the values of its inputs, and its library panels beside it. */
  #withInputs(uid: string, dashboard: JsonObject): JsonObject {
    for (const element of Object.values(objectAt(dashboard, '__elements') ?? {}).filter(isJsonObject)) {
      const content = libraryPanelContent(element);
      this.add('library-panel', stringAt(content.body, 'uid') ?? '', content);
    }
    const inputs = (arrayAt(dashboard, '__inputs') ?? []).filter(isJsonObject);
    const values = new Map<string, string>();
    const open: string[] = [];
    for (const input of inputs) {
      const name = stringAt(input, 'name') ?? '';
      const value =
        this.#options.inputs.get(name) ??
        (stringAt(input, 'type') === 'constant' ? stringAt(input, 'value') : undefined);
      if (value === undefined) {
        open.push(name);
      } else {
        values.set(name, value);
      }
    }
    if (open.length > 0) {
      this.lacks('dashboard', uid, reason('import-inputs', { inputs: open.join(', ') }));
    }
    const own = without(dashboard, '__inputs', '__elements', '__requires');
    // As Grafana's own import does it: `${NAME}` within any text.
    const filled = (text: string) => text.replace(/\$\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
    return values.size === 0 ? own : (mapTexts(own, filled) as JsonObject);
  }
}
