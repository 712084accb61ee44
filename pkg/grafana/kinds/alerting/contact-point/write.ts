import { append } from '../../../../lib/append.ts';
import { canonicalJson, stringAt, type JsonObject, without } from '../../../../lib/json/json.ts';
import { reason, type KnownReason } from '../../../../contract/reasons/catalogue.ts';
import { provisioningPath, readAlertingList, writeAlerting } from '../../../alerting.ts';
import { GrafanaError, ifFound } from '../../../http/errors.ts';
import { provenanceHeaders, strictestProvenance } from '../../../provenance.ts';
import type { KindContext, Restorable, WriteContext, Written } from '../../kind.ts';
import {
  comparableContactPoint,
  contactPointContent,
  derivedUid,
  extraIntegrations,
  hasField,
  integrationsByName,
  integrationsOf,
  secureFieldsOf,
  settingsOf,
  twinsOf,
} from './content.ts';
import { fieldAt, KEEP_STORED, withField } from './secrets.ts';
import { isMoved } from './security.ts';

const CONTACT_POINTS = provisioningPath('contact-points');

/** Represent a secret without which Grafana does not take the contact point; `.invalid` leads nowhere (RFC 2606). */
const PLACEHOLDER = 'enter-again';
const PLACEHOLDER_URL = 'https://enter-again.invalid/';

/** @returns whether an integration holds this secret, and not what an earlier restore wrote in its place */
export function holdsSecret(integration: JsonObject, field: string): boolean {
  const value = fieldAt(settingsOf(integration), field);
  return value !== undefined && value !== PLACEHOLDER && value !== PLACEHOLDER_URL;
}

/** Every integration of the org as the API lists it, with masks. */
export function liveIntegrations(context: KindContext): Promise<JsonObject[]> {
  return readAlertingList(context, CONTACT_POINTS);
}

/** An integration with the settings that will be sent, and the secrets that nobody knows. */
export interface Filled {
  settings: JsonObject;
  /** Secret fields without a value, or with a placeholder. */
  missing: string[];
}

/**
 * The settings to send: secrets from the backup, else those given for this restore (by `<integration uid>.<field>` or
 * `<field>`), else what is stored already is kept, else they are missing. Grafana replaces the mask by the stored value
 * in an update only, and a field left out of an update is wiped (contactpoints.go UpdateContactPoint), so the mask is
 * sent exactly where the live integration holds that secret, and sends it where it was entered for: to another address
 * it goes only with `keepSecrets`.
 */
export function filled(
  integration: JsonObject,
  live: JsonObject | undefined,
  secrets: Record<string, string> | undefined,
  keepSecrets: boolean,
): Filled {
  const stored = live === undefined || (isMoved(integration, live) && !keepSecrets) ? [] : secureFieldsOf(live);
  let settings = settingsOf(integration);
  const missing: string[] = [];
  for (const field of secureFieldsOf(integration)) {
    const given = secrets?.[`${stringAt(integration, 'uid')}.${field}`] ?? secrets?.[field];
    if (given !== undefined) {
      settings = withField(settings, field, given);
    } else if (!hasField(integration, field) && stored.includes(field)) {
      settings = withField(settings, field, KEEP_STORED);
    } else if (!holdsSecret(integration, field)) {
      missing.push(field);
    }
  }
  return { settings, missing };
}

/** What a person has to do about a missing secret. */
export function enterAgain(integration: JsonObject, field: string): KnownReason {
  return reason('enter-again-in', { type: stringAt(integration, 'type') ?? 'integration', field });
}

/**
 * Integration by integration: those that are there are updated, the others created. Live integrations that the backup
 * lacks stay, unless exactly these are asked for. Then those that the plan knew go last, so that none is ever empty.
 */
export async function writeContactPoint(context: WriteContext, item: Restorable): Promise<Written> {
  const all = await liveIntegrations(context);
  const named = integrationsByName(all).get(item.uid) ?? [];
  const twins = twinsOf(item.content.body, contactPointContent(item.uid, named, undefined).body);
  const provenance = strictestProvenance(named.map((one) => stringAt(one, 'provenance')));
  const target: Target = { context, name: item.uid, headers: provenanceHeaders(provenance) };
  const secrets = context.secrets('contact-point', item.uid);
  const losses: KnownReason[] = [];
  for (const [index, integration] of integrationsOf(item.content.body).entries()) {
    const twin = twins[index];
    const full = filled(integration, twin, secrets, context.keepSecrets);
    append(
      losses,
      full.missing.map((field) => enterAgain(integration, field)),
    );
    if (twin === undefined) {
      append(losses, await create(target, withFreeUid(integration, item.uid, all), full));
    } else if (stringAt(twin, 'uid') !== '' && (bringsSecrets(integration, secrets) || differs(integration, twin))) {
      append(losses, await update(target, integration, full, stringAt(twin, 'uid') ?? ''));
    }
  }
  const { content, live: planned } = item;
  const extra = content.integrations === 'all' && planned !== undefined ? extraIntegrations(content, planned) : [];
  const gone = extra.map((one) => stringAt(one, 'uid') ?? '').filter((uid) => uid !== '');
  for (const one of named.filter((other) => gone.includes(stringAt(other, 'uid') ?? ''))) {
    await removeIntegration(context, one);
  }
  return { uid: item.uid, losses };
}

/**
 * Deletes one integration. Grafana deletes a contact point with its last one.
 * @param integration - as the API lists it
 * @throws DK_GRAFANA_CONFLICT if it is the last one of a contact point that is in use
 */
export async function removeIntegration(context: KindContext, integration: JsonObject): Promise<void> {
  const path = provisioningPath('contact-points', stringAt(integration, 'uid') ?? '');
  const headers = provenanceHeaders(stringAt(integration, 'provenance'));
  await writeAlerting(context, () => ifFound(context.grafana.delete(path, { headers, signal: context.signal })));
}

interface Target {
  context: WriteContext;
  name: string;
  headers: Record<string, string>;
}

function bringsSecrets(integration: JsonObject, given: Record<string, string> | undefined): boolean {
  return given !== undefined || secureFieldsOf(integration).some((field) => hasField(integration, field));
}

/** @returns whether two integrations differ in what both sides know */
export function differs(integration: JsonObject, twin: JsonObject): boolean {
  const [mine, theirs] = [{ integrations: [integration] }, { integrations: [twin] }];
  return canonicalJson(comparableContactPoint(mine, theirs)) !== canonicalJson(comparableContactPoint(theirs, mine));
}

/**
 * Uids of integrations are unique in the org. Nothing refers to them, so where another contact point holds this one,
 * another is derived from it: the same in every attempt.
 */
function withFreeUid(integration: JsonObject, name: string, all: readonly JsonObject[]): JsonObject {
  const uid = stringAt(integration, 'uid') ?? '';
  const taken = all.some((other) => stringAt(other, 'uid') === uid);
  return uid === '' || !taken ? integration : { ...integration, uid: derivedUid(name, uid) };
}

function bodyOf(target: Target, integration: JsonObject, settings: JsonObject): JsonObject {
  return { ...without(integration, 'secureFields'), name: target.name, settings };
}

function create(target: Target, integration: JsonObject, full: Filled): Promise<KnownReason[]> {
  return withPlaceholders(integration, full, (settings) => post(target, bodyOf(target, integration, settings)));
}

/** Sends settings; where Grafana does not take them without a secret that is missing, with something in its place. */
async function withPlaceholders(
  integration: JsonObject,
  full: Filled,
  send: (settings: JsonObject) => Promise<void>,
): Promise<KnownReason[]> {
  try {
    await send(full.settings);
    return [];
  } catch (error) {
    const refused = error instanceof GrafanaError && error.httpStatus === 400;
    if (!refused || full.missing.length === 0) {
      throw error;
    }
  }
  // Some types are not taken without their secret. A contact point that names what it lacks is better than none:
  // policies and rules that need it would be refused, too.
  const settings = full.missing.reduce(
    (filling, field) => withField(filling, field, /url/i.test(field) ? PLACEHOLDER_URL : PLACEHOLDER),
    full.settings,
  );
  await send(settings);
  const type = stringAt(integration, 'type') ?? 'integration';
  return full.missing.map((field) => reason('integration-placeholder', { type, field }));
}

async function post(target: Target, body: JsonObject): Promise<void> {
  const { context, headers } = target;
  const uid = stringAt(body, 'uid') ?? '';
  await writeAlerting(context, async (attempt) => {
    // An earlier attempt that seemed to fail may have been stored all the same.
    const stored =
      attempt > 1 && uid !== '' && (await liveIntegrations(context)).some((one) => stringAt(one, 'uid') === uid);
    if (!stored) {
      await context.grafana.post(CONTACT_POINTS, body, { headers, signal: context.signal });
    }
  });
}

function update(target: Target, integration: JsonObject, full: Filled, uid: string): Promise<KnownReason[]> {
  const { context, headers } = target;
  return withPlaceholders(integration, full, async (settings) => {
    const body = { ...bodyOf(target, integration, settings), uid };
    await writeAlerting(context, () =>
      context.grafana.put(provisioningPath('contact-points', uid), body, { headers, signal: context.signal }),
    );
  });
}
