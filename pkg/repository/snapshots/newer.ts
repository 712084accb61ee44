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

/** A document without what it says of kinds that only a newer version knows; itself where it says nothing of them. */
export function ofKnownKinds(document: Json): Json {
  if (Array.isArray(document)) {
    const known = document.filter((one) => !isJsonObject(one) || isKnown(one['kind'])).map(ofKnownKinds);
    return known.length === document.length && known.every((one, at) => one === document[at]) ? document : known;
  }
  if (!isJsonObject(document)) {
    return document;
  }
  const members = Object.entries(document).map(([name, value]): [string, Json] => [name, knownIn(name, value)]);
  return members.every(([name, value]) => value === document[name]) ? document : Object.fromEntries(members);
}

/** Lists of kinds, and reports by kind, are known by the names of their members. */
function knownIn(name: string, value: Json): Json {
  const isWhole = (all: readonly unknown[], known: readonly unknown[]): boolean => all.length === known.length;
  if (name === 'unselected' && Array.isArray(value)) {
    const known = value.filter(isKnown);
    return isWhole(value, known) ? value : known;
  }
  if (name === 'kinds' && isJsonObject(value)) {
    const known = Object.entries(value).filter(([kind]) => isKindName(kind));
    return isWhole(Object.keys(value), known) ? value : Object.fromEntries(known);
  }
  return ofKnownKinds(value);
}

function isKnown(kind: Json | undefined): boolean {
  return typeof kind !== 'string' || isKindName(kind);
}
