import type { Manifest, ManifestEntry } from '../../contract/manifest.ts';
import { rulesOf, uidOfRule } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { parseJson, stringAt, type JsonObject } from '../../lib/json/json.ts';

const READS_AT_ONCE = 16;

/** An alert rule as a snapshot holds it. */
export interface StoredRule {
  org: number;
  uid: string;
  title: string;
  /** The entry of the group that it is in. */
  group: ManifestEntry;
  /** As it is stored in the group. */
  body: JsonObject;
}

/** Reads the stored JSON text of an entry. */
export type ReadEntry = (entry: ManifestEntry) => Promise<string>;

/** The rules of a stored group, in their order. */
export function rulesOfText(text: string): JsonObject[] {
  return rulesOf({ body: parseJson(text), title: '' });
}

/** Every rule of a snapshot, group by group. @param isMeant - the groups to look into; left out, all */
export async function storedRules(
  manifest: Manifest,
  read: ReadEntry,
  isMeant: (group: ManifestEntry) => boolean = () => true,
): Promise<StoredRule[]> {
  const groups = manifest.resources.filter((entry) => entry.kind === 'alert-rule-group' && isMeant(entry));
  const found = new Map<ManifestEntry, StoredRule[]>();
  await forEachConcurrently(READS_AT_ONCE, groups, async (group) => {
    const rules = rulesOfText(await read(group)).map((body): StoredRule => {
      const uid = uidOfRule(body);
      return { org: group.org, uid, title: stringAt(body, 'title') ?? uid, group, body };
    });
    found.set(group, rules);
  });
  return groups.flatMap((group) => found.get(group) ?? []);
}

/** One rule of an organization; undefined when the snapshot does not hold it. */
export async function storedRule(
  manifest: Manifest,
  { org, uid }: { org: number; uid: string },
  read: ReadEntry,
): Promise<StoredRule | undefined> {
  return (await storedRules(manifest, read, (group) => group.org === org)).find((rule) => rule.uid === uid);
}
