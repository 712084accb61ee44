import type { KindName, ResourceRef } from '../../contract/kinds.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { uidOfRule } from '../../grafana/kinds/alerting/alert-rule-group/content.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { canonicalJson, stringAt } from '../../lib/json/json.ts';
import type { VersionChange } from '../../repository/index/versions/timeline.ts';
import type { SeenResource, Versions } from '../../repository/repository.types.ts';
import { rulesOfText, storedRule } from './stored-rules.ts';

const READS_AT_ONCE = 8;
const GROUP: KindName = 'alert-rule-group';

/** What is needed to follow a rule through the groups that held it. */
export interface RuleHistorySource {
  /** The newest snapshot. */
  newest: Manifest;
  /** Resources that any snapshot held; groups of other organizations are not looked at. */
  seen: readonly SeenResource[];
  versions: (ref: ResourceRef) => Promise<Versions>;
  /** The stored JSON text of an object. */
  read: (object: string) => Promise<string>;
}

/** The versions of a rule, and the group that holds or last held it. */
export interface RuleHistory {
  group: ResourceRef;
  versions: Versions;
}

/**
 * What became of one rule within its group, oldest first; undefined for one that no group ever held. Objects are those
 * of the group: see `ruleReader`.
 */
export async function ruleHistory(
  { org, uid }: { org: number; uid: string },
  source: RuleHistorySource,
): Promise<RuleHistory | undefined> {
  const { newest, seen, versions, read } = source;
  const stored = await storedRule(newest, { org, uid }, (entry) => read(entry.object));
  const groups = seen.filter((one) => one.kind === GROUP && one.org === org);
  const candidates = stored === undefined ? groups : [{ ...stored.group, deleted: false }];
  const found = await mapConcurrently(READS_AT_ONCE, candidates, async ({ uid: group }) => {
    const ref = { org, kind: GROUP, uid: group };
    const all = await versions(ref);
    const own = { ...all, changes: await ruleChanges(uid, all.changes, read) };
    return { group: ref, versions: own };
  });
  return found
    .filter(({ versions: { changes } }) => changes.length > 0)
    .sort((a, b) => (lastOf(a) < lastOf(b) ? 1 : -1))[0];
}

/** The last snapshot that holds the rule. */
function lastOf({ versions: { changes } }: RuleHistory): string {
  return changes.findLast(({ what }) => what !== 'deleted')?.snapshots.last ?? '';
}

/** Reads an object as the group with that rule alone, so that nothing else of the group counts as its change. */
export function ruleReader(
  uid: string,
  read: (object: string) => Promise<string>,
): (object: string) => Promise<string> {
  return async (object) =>
    canonicalJson({ rules: rulesOfText(await read(object)).filter((rule) => uidOfRule(rule) === uid) });
}

/** Of the versions of a group those in which the rule changed. */
async function ruleChanges(
  uid: string,
  changes: readonly VersionChange[],
  read: (object: string) => Promise<string>,
): Promise<VersionChange[]> {
  const objects = [...new Set(changes.flatMap(({ state }) => state?.object ?? []))];
  const rules = new Map(
    await mapConcurrently(READS_AT_ONCE, objects, async (object) => {
      const rule = rulesOfText(await read(object)).find((one) => uidOfRule(one) === uid);
      return [object, rule] as const;
    }),
  );
  const found: VersionChange[] = [];
  let text: string | undefined;
  let wasAbsent = false;
  for (const change of changes) {
    const { what, snapshots, state, after, until } = change;
    const rule = state === undefined ? undefined : rules.get(state.object);
    const open = found.at(-1);
    const now = rule === undefined ? undefined : `${canonicalJson(rule)} ${state?.folderUid ?? ''}`;
    if (open === undefined && rule === undefined) {
      wasAbsent = true;
    } else if (open !== undefined && now === text) {
      extend(open, change);
    } else {
      const before = [...found].reverse().find((one) => one.state !== undefined)?.state;
      found.push({
        what: eventOf(rule !== undefined, open, wasAbsent || what !== 'first-seen'),
        snapshots: { ...snapshots },
        ...(state === undefined || rule === undefined
          ? {}
          : {
              state: {
                ...state,
                title: stringAt(rule, 'title') ?? uid,
                bytes: Buffer.byteLength(canonicalJson(rule)),
              },
            }),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        ...(until === undefined ? {} : { until }),
      });
      text = now;
    }
  }
  return found;
}

/** The group changed, and the rule did not. */
function extend(open: VersionChange, { snapshots, until }: VersionChange): void {
  const { first, count } = open.snapshots;
  open.snapshots = { ...open.snapshots, ...snapshots, first, count: count + snapshots.count };
  if (until === undefined) {
    delete open.until;
  } else {
    open.until = until;
  }
}

function eventOf(isThere: boolean, open: VersionChange | undefined, isNew: boolean): VersionChange['what'] {
  if (!isThere) {
    return 'deleted';
  }
  return open === undefined ? (isNew ? 'created' : 'first-seen') : open.what === 'deleted' ? 'returned' : 'changed';
}
