import { createHash } from 'node:crypto';
import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { valueIf } from '../../../lib/expected-errors.ts';
import { arrayAt, numberAt, objectAt, stringAt, type JsonObject } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { alertingServed, provisioningPath, readAlerting, readAlertingList, writeAlerting } from '../../alerting.ts';
import { ifFound, isGrafanaError } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import {
  LOST_PROVENANCE,
  originOf,
  provenanceHeaders,
  requiredString,
  strictestProvenance,
  writeRefusal,
} from '../../provenance.ts';
import { requireAnyAction } from '../../rights.ts';
import {
  exactRules,
  groupContent,
  groupUid,
  isEvaluated,
  mergedRules,
  paused,
  ruleBody,
  rulesOf,
  someRules,
  splitUid,
  uidOfRule,
} from './alert-rule-group/content.ts';
import { asKept, newerFields, withoutDefaults } from './alert-rule-group/newer-fields.ts';
import { copyGroup, groupReferences, renameInGroup } from './alert-rule-group/references.ts';
import type { Forecast, Kind, KindContext, Listed, Restorable, WriteContext, Written } from '../kind.ts';
import type { Content } from '../content.ts';
import { hasOnlySome } from '../parts.ts';
import { labelChanges } from './alert-rule-group/labels.ts';
import { addedReceivers } from '../security/receivers.ts';
import { withTitle } from '../title.ts';

const RULES = provisioningPath('alert-rules');

/** What is looked at of a rule in the list of them all. */
const OF_A_RULE = ['uid', 'title', 'folderUID', 'ruleGroup', 'updated', 'provenance'];

/**
 * Groups of alert and recording rules, each whole with its interval; the uid is `<folder uid>/<title>`. The interval is
 * only in the answer about a group, the provenance only in the list of rules (ngalert api_provisioning.go answers for a
 * group with none), so both are read.
 *
 * A PUT replaces the whole group: rules that are not in the body are deleted. Live rules that the backup lacks are
 * therefore put into the body again, read right before. A rule that is live in another group would be moved away from
 * there (ngalert store CalculateChanges finds it by uid), so that is refused while planning. A single rule is written
 * with its live group around it.
 */
export const alertRuleGroup: Kind = {
  name: 'alert-rule-group',
  declaration: {
    plural: 'Alert rule groups',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: [
      'numeric ID',
      'author and dates',
      'version history',
      'state of the alerts',
      'keep_firing_for, missingSeriesEvalsToResolve and active_time_intervals before Grafana 12',
      LOST_PROVENANCE,
    ],
    minimumVersion: '10.4',
    rights: ['alert.provisioning:read'],
  },
  dependsOn: ['folder', 'data-source', 'contact-point', 'mute-timing', 'notification-policy'],
  writes: 'serial',
  largeBodies: true,
  inFolders: true,
  uidIsMadeUp: true,
  deletable: true,
  needs: { feature: 'unifiedAlertingEnabled' },
  serves: alertingServed,

  async *list(context) {
    // Anyone who only has rights on rules gets the groups that he may see, not a refusal.
    await requireAnyAction(context, 'alert rules', ['alert.provisioning:read']);
    for (const rules of (await liveGroups(context)).values()) {
      yield listedOf(rules);
    }
  },

  async read(context, { uid }) {
    const group = await readGroup(context, uid);
    if (group === undefined && (await liveGroups(context)).has(uid)) {
      throw new DashkeepError(
        'DK_GRAFANA_ANSWER',
        `Grafana lists rules of the group ${uid} but does not find the group`,
      );
    }
    const rules = (await knownGroups(context)).get(uid) ?? [];
    return group === undefined ? undefined : { ...groupContent(group), ...provenanceOf(rules) };
  },

  references: groupReferences,
  rename: renameInGroup,
  copy: copyGroup,
  isActive: isEvaluated,
  pause: paused,
  retitle: withTitle,
  uidOf: groupUid,
  merge: (content, live) => asKept(mergedRules(content, live), live),
  comparable: withoutDefaults,
  withoutDefaults: ({ body }) => withoutDefaults(body),
  only: someRules,
  exactly: exactRules,
  isPartOf: (live, whole) => hasOnlySome(live, whole, 'rules'),
  forecast,

  securityChanges({ content, live }) {
    return live === undefined ? [] : [...addedReceivers(alertRuleGroup, content, live), ...labelChanges(content, live)];
  },

  write,

  async remove(context, uid) {
    const rules = (await liveGroups(context)).get(uid) ?? [];
    if (rules.length > 1 && (await removeWhole(context, uid, rules))) {
      return;
    }
    for (const rule of rules) {
      const path = provisioningPath('alert-rules', requiredString(rule, 'uid', RULES));
      const headers = provenanceHeaders(stringAt(rule, 'provenance'));
      await writeAlerting(context, () => ifFound(context.grafana.delete(path, { headers, signal: context.signal })));
    }
  },
};

/**
 * Deletes a group in one request, so that an interruption leaves either all of its rules or none.
 * @returns false if this Grafana has no such request (before 11), or no such group
 */
async function removeWhole(context: KindContext, uid: string, rules: readonly JsonObject[]): Promise<boolean> {
  const { folderUid, title } = splitUid(uid);
  const path = provisioningPath('folder', folderUid, 'rule-groups', title);
  const headers = provenanceHeaders(commonProvenance(rules));
  const sent = writeAlerting(context, async () => {
    await context.grafana.delete(path, { headers, signal: context.signal });
    return true;
  });
  return sent.catch(valueIf(isNotServed, false));
}

function isNotServed(error: unknown): boolean {
  return isGrafanaError(error) && [404, 405].includes(error.httpStatus);
}

/** Rules of the org by group. */
async function liveGroups(context: KindContext): Promise<Map<string, JsonObject[]>> {
  const groups = new Map<string, JsonObject[]>();
  for (const rule of await readAlertingList(context, RULES, { keep: OF_A_RULE })) {
    const uid = `${requiredString(rule, 'folderUID', RULES)}/${requiredString(rule, 'ruleGroup', RULES)}`;
    groups.set(uid, [...(groups.get(uid) ?? []), rule]);
  }
  return groups;
}

/** The same, once per run: the list holds every rule of the org. */
function knownGroups(context: KindContext): Promise<Map<string, JsonObject[]>> {
  return context.memo('rule-groups', () => liveGroups(context));
}

/** Every change of a rule or of the interval gives the rules a new `updated` (ngalert models PreSave). */
function listedOf(rules: readonly JsonObject[]): Listed {
  const [first = {}] = rules;
  const folderUid = requiredString(first, 'folderUID', RULES);
  const title = requiredString(first, 'ruleGroup', RULES);
  const facts = rules.map((rule) =>
    ['uid', 'updated', 'provenance'].map((name) => stringAt(rule, name) ?? '').join('/'),
  );
  const known = rules.every((rule) => stringAt(rule, 'updated') !== undefined);
  const revision = createHash('sha256').update(facts.sort().join('\n')).digest('hex').slice(0, 16);
  return { uid: `${folderUid}/${title}`, title, folderUid, ...(known ? { revision } : {}) };
}

function provenanceOf(rules: readonly JsonObject[]): Pick<Content, 'provenance' | 'managedBy'> {
  return originOf(strictestProvenance(rules.map((rule) => stringAt(rule, 'provenance'))));
}

async function readGroup(context: KindContext, uid: string): Promise<JsonObject | undefined> {
  const { folderUid, title } = splitUid(uid);
  const path = provisioningPath('folder', folderUid, 'rule-groups', title);
  const found = await ifFound(readAlerting(context, path));
  const group = found === undefined ? undefined : resourceIn(found, path, 'title', title);
  if (group !== undefined && (numberAt(group, 'interval') === undefined || arrayAt(group, 'rules') === undefined)) {
    throw new DashkeepError('DK_GRAFANA_ANSWER', `the response for the rule group ${uid} is not a rule group`);
  }
  return group;
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const blocked = writeRefusal(item.live?.provenance) ?? (await elsewhere(context, item));
  const extra = item.live === undefined ? [] : extraTitles(item.content, item.live);
  const losses = extra.length === 0 ? [] : [reason('rules-stay', { titles: extra.join(', ') })];
  return compact({ losses: [...losses, ...unknownFields(context, item.content)], blocked });
}

/** What a Grafana before 12 drops of rules that use it. */
function unknownFields({ capabilities: { major, version } }: WriteContext, content: Content): KnownReason[] {
  const fields = major === undefined || major >= 12 ? [] : newerFields(content);
  return fields.length === 0 ? [] : [reason('rule-fields-lost', { version, fields: fields.join(', ') })];
}

/** Of live rules that stay although the group is restored without them. */
function extraTitles(content: Content, live: Content): string[] {
  if (content.rules !== undefined) {
    return [];
  }
  const uids = new Set(rulesOf(content).map(uidOfRule));
  return rulesOf(live)
    .filter((rule) => !uids.has(uidOfRule(rule)))
    .map((rule) => stringAt(rule, 'title') ?? '');
}

/** Names the first rule that is live in another group. */
async function elsewhere(context: WriteContext, item: Restorable): Promise<KnownReason | undefined> {
  const groups = await knownGroups(context);
  const uids = new Set(rulesOf(item.content).map(uidOfRule));
  for (const [uid, rules] of groups) {
    const moved = uid === item.uid ? undefined : rules.find((rule) => uids.has(uidOfRule(rule)));
    if (moved !== undefined) {
      const title = stringAt(moved, 'title') ?? '';
      return reason('rule-elsewhere', { title, group: uid });
    }
  }
  return undefined;
}

/**
 * The provenance of rules where all have one; of mixed ones none is made read-only. Grafana lets a group write turn
 * `api` into none, but not `file` (ngalert validation CanUpdateProvenanceInRuleGroup).
 */
function commonProvenance(rules: readonly JsonObject[]): string | undefined {
  const stored = rules.map((rule) => stringAt(rule, 'provenance') ?? '');
  return stored.includes('') ? undefined : strictestProvenance(stored);
}

async function write(context: WriteContext, item: Restorable): Promise<Written> {
  const { folderUid, title } = splitUid(item.uid);
  const path = provisioningPath('folder', folderUid, 'rule-groups', title);
  await writeAlerting(context, async () => {
    const group = await readGroup(context, item.uid);
    const content = group === undefined ? item.content : mergedRules(item.content, groupContent(group));
    const rules = group === undefined ? [] : ((await liveGroups(context)).get(item.uid) ?? []);
    const body = {
      title,
      folderUid,
      interval: objectAt(content.body)?.['interval'] ?? 60,
      rules: rulesOf(content).map((rule) => ruleBody(rule, { org: context.org.id, folderUid, title })),
    };
    await context.grafana.put(path, body, {
      headers: provenanceHeaders(commonProvenance(rules)),
      signal: context.signal,
    });
  });
  return { uid: item.uid, losses: [] };
}
