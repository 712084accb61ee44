import { compact } from '../../contract/compact.ts';
import type { ResourceProblem } from '../../contract/manifest.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { contentOfObject, contentOfResponse } from '../../grafana/kinds/dashboards/dashboard/content.ts';
import { legacyContent } from '../../grafana/kinds/dashboards/folder/content.ts';
import { libraryPanelContent } from '../../grafana/kinds/dashboards/library-panel.ts';
import { naturalKey } from '../../grafana/natural-key.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, without, type Json, type JsonObject } from '../../lib/json/json.ts';
import { imported, lacking, type Archive, type ArchiveReader, type Imported, type ImportOptions } from './archive.ts';
import { invalid, readJson, type Files } from './files.ts';
import { mapTexts } from '../../lib/json/map.ts';

/** Dashboards, with the other facts in their files. */
export class ImportedDashboards {
  readonly #options: ImportOptions;
  readonly #dashboards = new Map<string, Imported>();
  readonly #panels = new Map<string, Imported>();
  readonly #folders = new Map<string, Imported>();
  readonly #placed = new Set<string>();
  readonly errors: ResourceProblem[] = [];

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  get resources(): Imported[] {
    return [...this.#folders.values(), ...this.#panels.values(), ...this.#dashboards.values()];
  }

  /** A folder that the archive holds itself. */
  addFolder(folder: Json): void {
    const content = legacyContent(folder);
    const uid = stringAt(content.body, 'uid') ?? '';
    this.#folders.set(uid, imported(this.#options.org, 'folder', uid, content));
  }

  /**
   * An answer of Grafana's API, an object of its newer API, or a dashboard alone.
   * @throws DK_IMPORT_INVALID
   */
  add(path: string, document: Json): void {
    const isObject = stringAt(document, 'kind') === 'Dashboard' && objectAt(document, 'spec') !== undefined;
    const content = isObject ? contentOfObject(document) : this.#classic(path, document);
    const uid = stringAt(content.body, 'uid') ?? stringAt(content.body, 'metadata', 'name') ?? '';
    if (this.#dashboards.has(uid)) {
      throw invalid(`${path}: another file holds the dashboard '${uid}', too`);
    }
    this.#dashboards.set(uid, imported(this.#options.org, 'dashboard', uid, content));
    if (content.folderUid !== undefined) {
      this.#placed.add(content.folderUid);
    }
  }

  /** Names folders that are referred to but missing. */
  finish(): this {
    for (const uid of this.#placed) {
      if (!this.#folders.has(uid)) {
        this.errors.push(lacking(this.#options.org, 'folder', uid, reason('import-no-folder')));
      }
    }
    return this;
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
      throw invalid(`${path} holds no dashboard`);
    }
    const uid = stringAt(given, 'uid') || `imported-${naturalKey([title]).slice(0, 16)}`;
    const meta = objectAt(answer, 'meta');
    const [folderUid, folderTitle] = [stringAt(meta, 'folderUid') ?? '', stringAt(meta, 'folderTitle') ?? ''];
    if (folderUid !== '' && folderTitle !== '' && !this.#folders.has(folderUid)) {
      this.addFolder({ uid: folderUid, title: folderTitle });
    }
    const dashboard = this.#withInputs(uid, given);
    return contentOfResponse({ ...answer, dashboard }, uid);
  }

  /** A dashboard that was exported for others: with the values of its inputs, and its library panels beside it. */
  #withInputs(uid: string, dashboard: JsonObject): JsonObject {
    for (const element of Object.values(objectAt(dashboard, '__elements') ?? {}).filter(isJsonObject)) {
      const content = libraryPanelContent(element);
      const panel = stringAt(content.body, 'uid') ?? '';
      this.#panels.set(panel, imported(this.#options.org, 'library-panel', panel, content));
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
      this.errors.push(
        lacking(this.#options.org, 'dashboard', uid, reason('import-inputs', { inputs: open.join(', ') })),
      );
    }
    const own = without(dashboard, '__inputs', '__elements', '__requires');
    // As Grafana's own import does it: `${NAME}` within any text.
    const filled = (text: string) => text.replace(/\$\{(\w+)\}/g, (whole, name: string) => values.get(name) ?? whole);
    return values.size === 0 ? own : (mapTexts(own, filled) as JsonObject);
  }
}

async function readAll(files: Files, paths: readonly string[], options: ImportOptions): Promise<Archive> {
  const dashboards = new ImportedDashboards(options);
  for (const path of paths) {
    dashboards.add(path, await readJson(files, path));
  }
  const { resources, errors } = dashboards.finish();
  return compact({ orgs: [{ id: options.org, name: '' }], resources, errors });
}

const CLASSIC = /(^|\/)dashboard-[^/]+\.json$/;

/** The files of the classic script; Dashkeep's plain copies have the same format. */
export const classicFiles: ArchiveReader = {
  reads: ({ paths }) => paths.some((path) => CLASSIC.test(path)),
  read: (files, options) =>
    readAll(
      files,
      files.paths.filter((path) => CLASSIC.test(path)),
      options,
    ),
};

/** Dashboards from grafana.com, or exported from Grafana's pages. */
export const plainDashboards: ArchiveReader = {
  reads: ({ paths }) => paths.some((path) => path.endsWith('.json')),
  read: (files, options) =>
    readAll(
      files,
      files.paths.filter((path) => path.endsWith('.json')),
      options,
    ),
};
