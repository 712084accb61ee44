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

/** What a format is made from, and where it goes. */
export interface Exporting {
  manifest: Manifest;
  /** What was selected, in the order of the snapshot. */
  entries: readonly ManifestEntry[];
  read(entry: ManifestEntry): Promise<ExportedResource>;
  /** Writes a file. @param path - its segments are safe names, with `/` between them */
  write(path: string, text: string): Promise<void>;
  /** Notes what the format cannot hold of a resource. */
  lacks(entry: ManifestEntry, why: KnownReason): void;
  /** The name of the environment variable, or variable, in which a secret is expected. */
  variable(entry: ManifestEntry, field: string): string;
}

/** Writes the files of a format. @returns what its index says of it besides */
export type Format = (exporting: Exporting) => Promise<object | undefined>;
