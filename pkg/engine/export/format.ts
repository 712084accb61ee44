import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Content } from '../../grafana/kinds/content.ts';

/** A resource to be exported. */
export interface ExportedResource {
  entry: ManifestEntry;
  /** Without the values of secrets. */
  content: Content;
  /** The names of its secrets. */
  secrets: readonly string[];
}

/** The input of a format, and where its files go. */
export interface Exporting {
  manifest: Manifest;
  /** The selected resources, in the order of the snapshot. */
  entries: readonly ManifestEntry[];
  read(entry: ManifestEntry): Promise<ExportedResource>;
  /** Writes a file. @param path - its segments are safe names, with `/` between them */
  write(path: string, text: string): Promise<void>;
  /** Notes what the format cannot hold of a resource. */
  lacks(entry: ManifestEntry, why: KnownReason): void;
  /** The name of the variable that holds a secret: of the environment, or of Terraform. */
  variable(entry: ManifestEntry, field: string): string;
}

/** Writes the files of a format. @returns additional members of its index */
export type Format = (exporting: Exporting) => Promise<object | undefined>;
