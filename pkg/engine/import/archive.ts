import type { KindName } from '../../contract/kinds.ts';
import type { Manifest, ResourceProblem } from '../../contract/manifest.ts';
import { because } from '../../contract/reasons/reason.ts';
import type { KnownReason } from '../../contract/reasons/catalogue.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import type { Files } from './files.ts';

/** A resource in an archive. */
export interface Imported {
  org: number;
  kind: KindName;
  uid: string;
  title: string;
  read(): Promise<Content>;
}

/** What an archive holds. */
export interface Archive {
  /** When it was made, where it says so. */
  time?: string;
  grafana?: Manifest['grafana'];
  orgs: Manifest['orgs'];
  resources: Imported[];
  /** What is known to be missing. */
  errors: ResourceProblem[];
  /** Of an archive that says what it covers; left out, what is there and nothing else. */
  whole?: Pick<Manifest, 'status' | 'scope' | 'kinds' | 'skipped'>;
}

/** Options of a reader. */
export interface ImportOptions {
  /** The organization of archives that name none. */
  org: number;
  /** Values of the inputs of dashboards from grafana.com, by name. */
  inputs: ReadonlyMap<string, string>;
}

/** Reads one archive format. */
export interface ArchiveReader {
  /** Whether the files have this format, by their names. */
  reads(files: Files): boolean;
  /** @throws DK_IMPORT_INVALID */
  read(files: Files, options: ImportOptions): Promise<Archive>;
}

/** A resource with its content. */
export function imported(org: number, kind: KindName, uid: string, content: Content): Imported {
  return { org, kind, uid, title: content.title, read: () => Promise.resolve(content) };
}

/** What an archive lacks. */
export function missingFromArchive(org: number, kind: KindName, uid: string, why: KnownReason): ResourceProblem {
  return { org, kind, uid, ...because(why) };
}
