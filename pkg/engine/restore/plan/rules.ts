import { RULE } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { rulesOf, uidOfRule } from '../../../grafana/kinds/alerting/alert-rule-group/content.ts';
import type { Content } from '../../../grafana/kinds/content.ts';
import { storedRules } from '../../rules/stored-rules.ts';
import { notInSnapshotError } from '../../versions/errors.ts';
import { sourceOf } from '../content.ts';
import type { Parts, PlanRequest, Selection } from '../types.ts';

type Source = Pick<PlanRequest, 'manifest' | 'repository' | 'source' | 'signal'>;

/**
 * The groups that hold single rules, and which of their rules are wanted.
 * @throws DK_NOT_FOUND when no group of the snapshot holds a rule that is asked for
 */
export async function groupsOfRules(
  source: Source,
  wanted: NonNullable<Selection['only']>,
  isOfOrgs: (entry: ManifestEntry) => boolean,
): Promise<Map<ManifestEntry, ReadonlyMap<string, string>>> {
  const { manifest, signal } = source;
  const parts = new Map<ManifestEntry, Map<string, string>>();
  if (wanted.length === 0) {
    return parts;
  }
  const isMeant = (entry: ManifestEntry): boolean =>
    wanted.some(({ org }) => (org === undefined ? isOfOrgs(entry) : org === entry.org));
  const read = (entry: ManifestEntry): Promise<string> => sourceOf(source).getObject(entry.object, { signal });
  for (const { org, uid, title, group } of await storedRules(manifest, read, isMeant)) {
    if (wanted.some((one) => one.uid === uid && (one.org ?? org) === org)) {
      parts.set(group, (parts.get(group) ?? new Map<string, string>()).set(uid, title));
    }
  }
  const missing = wanted.find(
    ({ org, uid }) => ![...parts].some(([entry, rules]) => rules.has(uid) && (org ?? entry.org) === entry.org),
  );
  if (missing !== undefined) {
    throw notInSnapshotError(manifest, { kind: RULE, uid: missing.uid });
  }
  return parts;
}

/** Whether writing single rules only adds to what is live: none of them is there. */
export function onlyAddsRules(content: Content, live: Content): boolean {
  const there = new Set(rulesOf(live).map(uidOfRule));
  return content.rules === 'some' && !rulesOf(content).some((rule) => there.has(uidOfRule(rule)));
}

/** Why only some rules of a group are written; undefined for a whole resource. */
export function reasonForRules(parts: Parts, entry: ManifestEntry, live: Content | undefined): KnownReason | undefined {
  const titles = [...(parts.get(entry)?.values() ?? [])];
  if (titles.length === 0) {
    return undefined;
  }
  const [rules, number] = [titles.join(', '), String(titles.length)];
  return live === undefined ? reason('rules-alone', { number, rules }) : reason('rules-only', { number, rules });
}
