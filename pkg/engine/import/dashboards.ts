import type { Archive, ArchiveReader, ImportOptions } from './archive.ts';
import { readJson, type Files } from './files.ts';
import { ImportedOrg } from './organization.ts';

async function readAll(files: Files, paths: readonly string[], options: ImportOptions): Promise<Archive> {
  const org = new ImportedOrg(options);
  for (const path of paths) {
    org.addDashboard(path, await readJson(files, path));
  }
  return ImportedOrg.archiveOf([{ id: options.org, name: '' }], [org]);
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
