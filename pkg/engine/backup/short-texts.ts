import { compact } from '../../contract/compact.ts';
import type { ManifestEntry } from '../../contract/manifest.ts';
import type { Listed } from '../../grafana/kinds/kind.ts';

/** Characters of a text in the manifest, which is in memory as a whole; no title of people's is as long. */
const MOST = 1000;

/** A text for the manifest: its beginning where it is very long. The body has all of it. */
export function shortText(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

/** Whether it is known by a name that the manifest cannot hold. */
export function isNameTooLong({ uid }: Pick<Listed, 'uid'>): boolean {
  return uid.length > MOST;
}

/** The entry with the texts that people write into resources cut short. */
export function withShortTexts(entry: ManifestEntry): ManifestEntry {
  const { title, facts, managedBy } = entry;
  return {
    ...entry,
    title: shortText(title),
    ...compact({ facts: facts && shortMembers(facts), managedBy: managedBy && shortMembers(managedBy) }),
  };
}

function shortMembers<T extends object>(object: T): T {
  const members = Object.entries(object).map(([name, value]) => [
    name,
    typeof value === 'string' ? shortText(value) : (value as unknown),
  ]);
  return Object.fromEntries(members) as T;
}
