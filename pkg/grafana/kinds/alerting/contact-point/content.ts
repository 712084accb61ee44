import { createHash } from 'node:crypto';
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
  without,
} from '../../../../lib/json/json.ts';
import { originOf, strictestProvenance } from '../../../provenance.ts';
import type { Content } from '../../content.ts';
import { fieldAt, maskedFields, withoutField, withField } from './secrets.ts';

/** Contact points that Grafana makes for a new org; the second name is that of older releases. */
const FACTORY_NAMES = new Set(['grafana-default-email', 'email receiver']);
const FACTORY_ADDRESS = '<example@email.com>';

/** One integration as the provisioning API gives it: a contact point is all of one name. */
export function integrationsByName(items: readonly JsonObject[]): Map<string, JsonObject[]> {
  const byName = new Map<string, JsonObject[]>();
  for (const item of items) {
    const name = stringAt(item, 'name') ?? '';
    byName.set(name, [...(byName.get(name) ?? []), item]);
  }
  return byName;
}

/**
 * The content of a contact point: `{name, integrations: [{uid, type, settings, disableResolveMessage, secureFields}]}`.
 * `secureFields` names the settings that are secret; their values are among the settings only when Grafana gave them
 * out decrypted. Everything else is the same either way.
 */
export function contactPointContent(
  name: string,
  integrations: readonly JsonObject[],
  decrypted: ReadonlyMap<string, JsonObject> | undefined,
): Content {
  const kept = integrations.map((item) => integrationOf(item, decrypted?.get(keyOf(item)))).sort(byIdentity);
  const origin = originOf(strictestProvenance(integrations.map((item) => stringAt(item, 'provenance'))));
  const secrets = kept.flatMap((item) => secureFieldsOf(item).map((field) => hasField(item, field)));
  return {
    body: { name, integrations: kept },
    title: name,
    ...origin,
    ...(secrets.length === 0 ? {} : { facts: { secrets: secrets.every(Boolean) ? 'included' : 'not included' } }),
    ...(isFactory(name, kept) && origin.provenance === undefined ? { pristine: true } : {}),
  };
}

/** How the two forms of the same integration are matched: the built-in one has no uid. */
export function keyOf(item: JsonObject): string {
  const uid = stringAt(item, 'uid') ?? '';
  return uid === '' ? `${stringAt(item, 'name')}/${stringAt(item, 'type')}` : uid;
}

function integrationOf(item: JsonObject, decrypted: JsonObject | undefined): JsonObject {
  let settings = objectAt(item, 'settings') ?? {};
  const secure = maskedFields(settings);
  for (const field of secure) {
    const secret = fieldAt(objectAt(decrypted, 'settings') ?? {}, field);
    const known = secret !== undefined && maskedFields({ secret }).length === 0;
    settings = known ? withField(settings, field, secret) : withoutField(settings, field);
  }
  return {
    ...without(item, 'name', 'provenance', 'version'),
    settings,
    ...(secure.length === 0 ? {} : { secureFields: secure }),
  };
}

/** Grafana keeps integrations of one name in a map and gives them out in any order (contactpoints.go). */
function byIdentity(a: JsonObject, b: JsonObject): number {
  const [left, right] = [a, b].map(
    (item) => `${stringAt(item, 'uid')}/${stringAt(item, 'type')}/${canonicalJson(item)}`,
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
}

/** @returns the integrations of a contact point, in their order */
export function integrationsOf(body: Json): JsonObject[] {
  return (arrayAt(body, 'integrations') ?? []).filter(isJsonObject);
}

/** @returns the names of the fields that hold a stored secret */
export function secureFieldsOf(integration: JsonObject): string[] {
  return (arrayAt(integration, 'secureFields') ?? []).filter((field) => typeof field === 'string');
}

/** @returns the settings of an integration; empty if it has none */
export function settingsOf(integration: JsonObject): JsonObject {
  return objectAt(integration, 'settings') ?? {};
}

/** @returns whether an integration has a setting at this path, such as `url` or `basicAuth.password` */
export function hasField(integration: JsonObject, field: string): boolean {
  return fieldAt(settingsOf(integration), field) !== undefined;
}

function isFactory(name: string, integrations: readonly JsonObject[]): boolean {
  const [only] = integrations;
  return (
    FACTORY_NAMES.has(name) &&
    integrations.length === 1 &&
    only !== undefined &&
    stringAt(only, 'settings', 'addresses') === FACTORY_ADDRESS
  );
}

/**
 * What must be equal: everything but uids (another contact point may hold one, then a new one is made) and those
 * secrets that only one side could read.
 */
export function comparableContactPoint(body: Json, other: Json): Json {
  const twins = twinsOf(body, other);
  const integrations = integrationsOf(body).map((integration, index) => {
    const twin = twins[index];
    const unreadable = twin === undefined ? [] : secureFieldsOf(twin).filter((field) => !hasField(twin, field));
    const settings = unreadable.reduce(withoutField, settingsOf(integration));
    return { ...without(integration, 'uid', 'secureFields'), settings };
  });
  return {
    ...objectAt(body),
    integrations: integrations.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1)),
  };
}

/**
 * The same integrations in another state of the contact point, each taken at most once: by uid, by the uid that is
 * derived from it, by content, then by content apart from secrets. Two may differ only in a secret.
 * @returns the twin of each integration of `body`, in their order
 */
export function twinsOf(body: Json, other: Json): (JsonObject | undefined)[] {
  const name = stringAt(body, 'name') ?? '';
  const wanted = integrationsOf(body);
  const free = new Set(integrationsOf(other));
  const twins = wanted.map((): JsonObject | undefined => undefined);
  const pair = (ofWanted: (one: JsonObject) => string, ofOther = ofWanted): void => {
    for (const [index, one] of wanted.entries()) {
      const key = twins[index] === undefined ? ofWanted(one) : '';
      const twin = key === '' ? undefined : [...free].find((candidate) => ofOther(candidate) === key);
      if (twin !== undefined) {
        twins[index] = twin;
        free.delete(twin);
      }
    }
  };
  pair(uidOf);
  pair((one) => (uidOf(one) === '' ? '' : derivedUid(name, uidOf(one))), uidOf);
  pair((one) => canonicalJson(without(one, 'uid', 'secureFields')));
  pair(saysWithoutSecrets);
  return twins;
}

/** @returns the same new uid each time for the same name and uid */
export function derivedUid(name: string, uid: string): string {
  return createHash('sha256').update(`${name}/${uid}`).digest('hex').slice(0, 14);
}

/** Live integrations that the content lacks. */
export function extraIntegrations(content: Content, live: Content): JsonObject[] {
  const taken = twinsOf(content.body, live.body);
  return integrationsOf(live.body).filter((one) => !taken.includes(one));
}

function uidOf(integration: JsonObject): string {
  return stringAt(integration, 'uid') ?? '';
}

function saysWithoutSecrets(integration: JsonObject): string {
  const settings = secureFieldsOf(integration).reduce(withoutField, settingsOf(integration));
  return canonicalJson({ ...without(integration, 'uid', 'secureFields'), settings });
}
