import { isKindName } from '../../contract/kinds.ts';
import type { Manifest, ManifestEntry, NewerEntry } from '../../contract/manifest.ts';
import { isJsonObject, type Json } from '../../lib/json/json.ts';

interface ReadManifest {
  isNewer: boolean;
  entries(): Iterable<ManifestEntry | NewerEntry>;
}

/** The entries of a manifest, with those apart that this version does not know, if it says anything of their kinds. */
export function entriesOf(text: ReadManifest): Pick<Manifest, 'resources' | 'newer'> {
  const resources: ManifestEntry[] = [];
  const newer: NewerEntry[] = [];
  for (const entry of text.entries()) {
    if (isNewer(entry)) {
      newer.push(entry);
    } else {
      resources.push(entry);
    }
  }
  return { resources, ...(text.isNewer || newer.length > 0 ? { newer } : {}) };
}

function isNewer(entry: ManifestEntry | NewerEntry): entry is NewerEntry {
  return !isKindName(entry.kind);
}

/**
 * A document without what it says of kinds that only a newer version knows.
 * @param onNewer - called for each that is left out
 */
export function ofKnownKinds(document: Json, onNewer?: () => void): Json {
  const isKnown = (kind: Json | undefined): boolean => {
    const known = typeof kind !== 'string' || isKindName(kind);
    return known || (onNewer?.(), false);
  };
  // Lists of kinds, and reports by kind, are known by their names.
  const walk = (value: Json, name = ''): Json => {
    if (Array.isArray(value)) {
      const kindIn = (one: Json): Json | undefined => (isJsonObject(one) ? one['kind'] : undefined);
      return value.filter((one) => isKnown(name === 'unselected' ? one : kindIn(one))).map((one) => walk(one));
    }
    if (!isJsonObject(value)) {
      return value;
    }
    const members = Object.entries(value).filter(([key]) => name !== 'kinds' || isKnown(key));
    return Object.fromEntries(members.map(([key, member]) => [key, walk(member, key)]));
  };
  return walk(document);
}
