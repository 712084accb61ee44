/** A temporary copy of a dashboard, in its own folder at the root. */
export interface KnownPreview {
  folder: string;
  dashboard: string;
}

/** The record of temporary copies. */
export interface KnownPreviews {
  /** Those of an org. If the record can't be read, none is known. */
  of(org: number): Promise<readonly KnownPreview[]>;
}
