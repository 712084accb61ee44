import { compact } from '../../../contract/compact.ts';
import { arrayAt, isJsonObject, objectAt, stringAt, type Json, type JsonObject } from '../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { refusal } from '../../../contract/reasons/reason.ts';
import {
  NOTIFICATION_RIGHT,
  alertingServed,
  hasAlertRules,
  provisioningPath,
  readAlerting,
  readAlertingList,
} from '../../alerting.ts';
import { isForbidden } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import { LOST_PROVENANCE, writeRefusal } from '../../provenance.ts';
import { requireAnyAction } from '../../rights.ts';
import {
  comparableContactPoint,
  contactPointContent,
  derivedUid,
  extraIntegrations,
  integrationsByName,
  integrationsOf,
  keyOf,
  secureFieldsOf,
  settingsOf,
  twinsOf,
} from './contact-point/content.ts';
import { withoutField } from './contact-point/secrets.ts';
import { contactPointSecurity } from './contact-point/security.ts';
import {
  differs,
  enterAgain,
  filled,
  holdsSecret,
  liveIntegrations,
  removeIntegration,
  writeContactPoint,
} from './contact-point/write.ts';
import type { Forecast, Kind, KindContext, Restorable, SecurityContext, WriteContext } from '../kind.ts';
import type { Content } from '../content.ts';
import { hasOnlySome } from '../parts.ts';
import { notificationPolicy } from './notification-policy.ts';

const EXPORT = provisioningPath('contact-points', 'export');

/**
 * Contact points: all integrations of one name, as people see them. The name is the identity, because policies and
 * rules refer to it, never to the uids of integrations; one by one, a contact point could come back half.
 *
 * The list shows secrets as `[REDACTED]`; only `export?decrypt=true` gives them out, to those who have the right. They
 * are read so only when the repository is encrypted; without the right the masked form is kept and says so. A mask is
 * never stored nor created.
 */
export const contactPoint: Kind = {
  name: 'contact-point',
  declaration: {
    plural: 'Contact points',
    scope: 'org',
    restored: 'partly',
    identity: 'kept',
    lost: ['secrets, unless the repository is encrypted and the token may read them', LOST_PROVENANCE],
    minimumVersion: '10.4',
    rights: [
      NOTIFICATION_RIGHT,
      'alert.provisioning.secrets:read for secrets (alert.notifications.receivers.secrets:read from Grafana 11)',
    ],
  },
  dependsOn: ['notification-template'],
  writes: 'serial',
  hasSecrets: true,
  manyReferences: true,
  uidIsName: true,
  deletable: true,
  needs: { feature: 'unifiedAlertingEnabled' },
  serves: alertingServed,
  isInUse: hasAlertRules,

  async *list(context) {
    // From 11 on anyone who has rights on single contact points gets those, not a refusal.
    await requireAnyAction(context, 'contact points', ['alert.provisioning:read', 'alert.notifications:read']);
    const [listed, decrypted] = await Promise.all([liveIntegrations(context), decryptedIntegrations(context)]);
    for (const [name, integrations] of integrationsByName(listed)) {
      yield { uid: name, title: name, content: contactPointContent(name, integrations, decrypted) };
    }
  },

  async read(context, { uid }) {
    const [listed, decrypted] = await Promise.all([liveIntegrations(context), decryptedIntegrations(context)]);
    const integrations = integrationsByName(listed).get(uid);
    return integrations === undefined ? undefined : contactPointContent(uid, integrations, decrypted);
  },

  secretNames: (body) =>
    integrationsOf(body).flatMap((one) =>
      secureFieldsOf(one)
        .filter((field) => !holdsSecret(one, field))
        .map((field) => `${stringAt(one, 'type') ?? ''}.${field}`),
    ),

  withoutSecrets(content) {
    const integrations = integrationsOf(content.body).map((one) => ({
      ...one,
      settings: secureFieldsOf(one).reduce(withoutField, settingsOf(one)),
    }));
    return {
      ...content,
      body: { ...objectAt(content.body), integrations },
      ...(content.facts?.['secrets'] === undefined ? {} : { facts: { ...content.facts, secrets: 'not included' } }),
    };
  },

  references: () => [],

  copy(content, name) {
    const integrations = integrationsOf(content.body).map((one) => ({
      ...one,
      uid: derivedUid(name, stringAt(one, 'uid') ?? ''),
    }));
    return { ...content, title: name, body: { ...objectAt(content.body), name, integrations } };
  },

  merge(content, live) {
    if (content.integrations === 'all') {
      return content;
    }
    const kept = extraIntegrations(content, live);
    const integrations = [...integrationsOf(content.body), ...kept];
    return kept.length === 0 ? content : { ...content, body: { ...objectAt(content.body), integrations } };
  },

  exactly: (content) => ({ ...content, integrations: 'all' }),
  createdInParts: true,
  isPartOf: (live, whole) => hasOnlySome(live, whole, 'integrations'),
  isBetween,
  comparable: comparableContactPoint,
  missingSecrets,
  forecast,
  securityChanges: contactPointSecurity,
  write: writeContactPoint,

  async remove(context, uid) {
    const integrations = integrationsByName(await liveIntegrations(context)).get(uid) ?? [];
    // Grafana looks for users only when the last one goes.
    if (integrations.length > 1 && (await isUsed(context, uid))) {
      throw refusal('DK_GRAFANA_CONFLICT', reason('point-used'));
    }
    for (const one of integrations) {
      await removeIntegration(context, one);
    }
  },
};

/** An update writes one integration after another, and then deletes those that are to go. */
function isBetween(live: Content | undefined, before: Content, after: Content): boolean {
  const now = live?.body ?? {};
  const isIn = (body: Json): boolean[] => {
    const twins = twinsOf(now, body);
    return integrationsOf(now).map((one, index) => twins[index] !== undefined && !differs(one, twins[index]));
  };
  const [inOld, inWanted] = [isIn(before.body), isIn(after.body)];
  const [kept, wanted] = [twinsOf(before.body, now), twinsOf(before.body, after.body)];
  return (
    inOld.every((isOld, index) => isOld || inWanted[index]) &&
    wanted.every((twin, index) => twin === undefined || kept[index] !== undefined)
  );
}

/**
 * By uid; undefined when secrets are not wanted or the token may not read them. Only that refusal is passed over: any
 * other failure would make the same contact point look changed.
 */
async function decryptedIntegrations(context: KindContext): Promise<Map<string, JsonObject> | undefined> {
  if (!context.decryptSecrets) {
    return undefined;
  }
  try {
    const answer = await readAlerting(context, EXPORT, { query: { decrypt: true, format: 'json' }, list: true });
    return exportedIntegrations(resourceIn(answer, EXPORT, 'apiVersion'));
  } catch (error) {
    if (isForbidden(error)) {
      context.log.warn({ org: context.org.id, hint: error.hint }, 'secrets of contact points are not included');
      return undefined;
    }
    throw error;
  }
}

/** The export groups by contact point what the list gives one by one. */
function exportedIntegrations(answer: JsonObject): Map<string, JsonObject> {
  const byKey = new Map<string, JsonObject>();
  for (const group of (arrayAt(answer, 'contactPoints') ?? []).filter(isJsonObject)) {
    for (const receiver of (arrayAt(group, 'receivers') ?? []).filter(isJsonObject)) {
      byKey.set(keyOf({ ...receiver, name: group['name'] ?? '' }), receiver);
    }
  }
  return byKey;
}

async function forecast(context: WriteContext, item: Restorable): Promise<Forecast> {
  const blocked = writeRefusal(item.live?.provenance);
  const { content, live } = item;
  const kept = live === undefined || content.integrations === 'all' ? [] : extraIntegrations(content, live);
  return compact({ losses: [...missingSecrets(context, item), ...keptNote(kept)], blocked });
}

function missingSecrets(
  context: Pick<SecurityContext, 'secrets' | 'keepSecrets'>,
  { uid, content, live }: Restorable,
): KnownReason[] {
  const secrets = context.secrets('contact-point', uid);
  const twins = twinsOf(content.body, live?.body ?? {});
  return integrationsOf(content.body).flatMap((one, index) =>
    filled(one, twins[index], secrets, context.keepSecrets).missing.map((field) => enterAgain(one, field)),
  );
}

function keptNote(kept: readonly JsonObject[]): KnownReason[] {
  const types = kept.map((one) => stringAt(one, 'type') ?? 'integration').join(', ');
  return kept.length === 0 ? [] : [reason('integrations-stay', { types })];
}

const NOTIFICATION_SETTINGS = 'notification_settings';

/** Whether a notification policy or an alert rule sends alerts to the contact point of that name. */
async function isUsed(context: KindContext, name: string): Promise<boolean> {
  const rules = await readAlertingList(context, provisioningPath('alert-rules'), { keep: [NOTIFICATION_SETTINGS] });
  if (rules.some((rule) => stringAt(rule, NOTIFICATION_SETTINGS, 'receiver') === name)) {
    return true;
  }
  for await (const { content } of notificationPolicy.list(context, { revision: () => undefined, size: 0 })) {
    if (
      content !== undefined &&
      notificationPolicy.references(content).some((one) => one.uid === name && one.kind === 'contact-point')
    ) {
      return true;
    }
  }
  return false;
}
