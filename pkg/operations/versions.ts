import { compact } from '../contract/compact.ts';
import { isWholeResource, type KindName, type NamedRef, type ResourceRef } from '../contract/kinds.ts';
import type { Manifest } from '../contract/manifest.ts';
import { ruleHistory, ruleReader } from '../engine/rules/rule-versions.ts';
import type { SeenResource, Versions } from '../repository/repository.types.ts';

const GROUP: KindName = 'alert-rule-group';

/** What versions are read from, as far as the caller may see it. */
export interface VersionSource {
  versions: (ref: ResourceRef) => Promise<Versions>;
  /** What any snapshot holds or held. */
  everSeen: () => Promise<SeenResource[]>;
  newest: () => Promise<Manifest>;
  /** The JSON text of a stored object. */
  read: (object: string) => Promise<string>;
}

/** The versions of a resource, and what reads and describes them. */
export interface FollowedVersions {
  found: Versions;
  /** The kind whose words say what changed in what `read` reads. */
  kind: KindName;
  read: (object: string) => Promise<string>;
  /** UID of the group that holds a rule. */
  group?: string;
}

/** The versions of a resource; of an alert rule, those of its group as far as they concern the rule. */
export async function versionsOfResource(ref: NamedRef, source: VersionSource): Promise<FollowedVersions> {
  const { versions, everSeen, newest, read } = source;
  if (isWholeResource(ref)) {
    return { found: await versions(ref), kind: ref.kind, read };
  }
  const { org, uid } = ref;
  // Before anything is known of resources, the index takes up what is new.
  const nothing = await versions({ org, kind: GROUP, uid: '' });
  const [latest, seen] = await Promise.all([newest(), everSeen()]);
  const history = await ruleHistory({ org, uid }, { newest: latest, seen, versions, read });
  const found = history?.versions ?? nothing;
  return { found, kind: GROUP, read: ruleReader(uid, read), ...compact({ group: history?.group.uid }) };
}
