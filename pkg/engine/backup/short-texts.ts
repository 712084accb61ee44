import { compact } from '../../contract/compact.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Listed } from '../../grafana/kinds/kind.ts';
import { shortText } from '../../lib/short-text.ts';
import { MAX_MANIFEST_BYTES } from '../../repository/objects/codec.ts';

/** Characters of a text where thousands of long texts would otherwise make the manifest too large. */
const MOST_OF_MANY = 200;
/** More than an entry takes, with each of its texts as long as it may be. */
const LARGEST_ENTRY = 8 * 1024;
/** The rest of a manifest is what it says of itself. */
const ENTRIES_PART = 3 / 4;

/** Whether it is known by a name that the manifest cannot hold. */
export function isNameTooLong({ uid }: Pick<Listed, 'uid'>): boolean {
  return shortText(uid) !== uid;
}

/** The entry with the texts that people write into resources cut short; the body has all of them. */
export function withShortTexts(entry: ManifestEntry, most?: number): ManifestEntry {
  const { title, folder, facts, managedBy } = entry;
  return {
    ...entry,
    title: shortText(title, most),
    folder: shortText(folder, most),
    ...compact({ facts: facts && shortMembers(facts, most), managedBy: managedBy && shortMembers(managedBy, most) }),
  };
}

/** Entries as a manifest has room for them: long texts of some must not keep all others from being published. */
export function fitEntries(entries: ManifestEntry[], mostBytes = MAX_MANIFEST_BYTES * ENTRIES_PART): ManifestEntry[] {
  let left = mostBytes;
  const isFitting =
    entries.length * LARGEST_ENTRY <= left ||
    entries.every((entry) => (left -= Buffer.byteLength(JSON.stringify(entry))) >= 0);
  return isFitting ? entries : entries.map((entry) => withShortTexts(entry, MOST_OF_MANY));
}

function shortMembers<T extends object>(object: T, most?: number): T {
  const members = Object.entries(object).map(([name, value]) => [
    name,
    typeof value === 'string' ? shortText(value, most) : (value as unknown),
  ]);
  return Object.fromEntries(members) as T;
}
