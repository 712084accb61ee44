import { stringAt, type JsonObject } from '../../../../lib/json/json.ts';
import type { SecurityChange } from '../../../../contract/plan.ts';
import type { Restorable, SecurityContext } from '../../kind.ts';
import { addressesIn } from '../../security/addresses.ts';
import { differences, securityChange, switchText } from '../../security/change.ts';
import { hasField, integrationsOf, secureFieldsOf, settingsOf, twinsOf } from './content.ts';
import { fieldAt } from './secrets.ts';

/** Names under which integrations keep to whom they send, besides those of addresses. */
const RECIPIENT =
  /(recipient|recipientid|chatid|roomid|threadid|channel|topic|phonenumber|userkey|touser|totag|toparty|agentid|corpid|project|apikey|integrationkey)s?$/i;

/**
 * What an update changes about where alerts of a contact point go. A new contact point gets alerts only through a
 * policy.
 */
export function contactPointSecurity(item: Restorable, context: SecurityContext): SecurityChange[] {
  const { content, live } = item;
  if (live === undefined) {
    return [];
  }
  const twins = twinsOf(content.body, live.body);
  return integrationsOf(content.body).flatMap((one, index) =>
    integrationSecurity(one, twins[index], item.uid, context),
  );
}

function integrationSecurity(
  integration: JsonObject,
  twin: JsonObject | undefined,
  uid: string,
  context: SecurityContext,
): SecurityChange[] {
  const type = stringAt(integration, 'type') ?? 'integration';
  const label = <T extends { field: string }>(one: T): T => ({ ...one, field: `${type} ${one.field}` });
  const supplied = context.secrets('contact-point', uid);
  const moved = twin === undefined ? [] : movedSecrets(integration, twin, supplied);
  const secrets = moved.length === 0 ? {} : { secrets: moved.join(', '), keeps: switchText(context.keepSecrets) };
  return [
    ...differences(addressesOf(twin), addressesOf(integration)).map((one) =>
      securityChange('address', { ...label(one), ...secrets }),
    ),
    ...differences(recipientsOf(twin), recipientsOf(integration)).map((one) => securityChange('address', label(one))),
    ...hiddenChanges(integration, twin).map((field) =>
      securityChange(
        isSupplied(integration, field, supplied) ? 'supplied-address' : 'hidden-address',
        label({ field }),
      ),
    ),
  ];
}

/** Whether an update sends requests, and secrets with them, elsewhere than the live integration does. */
export function isMoved(integration: JsonObject, twin: JsonObject): boolean {
  return differences(addressesOf(twin), addressesOf(integration)).length > 0;
}

/** Names of secrets that are stored for the live integration, and that neither the snapshot nor a person replaces. */
function movedSecrets(
  integration: JsonObject,
  twin: JsonObject,
  supplied: Record<string, string> | undefined,
): string[] {
  return secureFieldsOf(twin).filter(
    (field) => !hasField(integration, field) && !isSupplied(integration, field, supplied),
  );
}

function isSupplied(integration: JsonObject, field: string, supplied: Record<string, string> | undefined): boolean {
  return (supplied?.[`${stringAt(integration, 'uid')}.${field}`] ?? supplied?.[field]) !== undefined;
}

/** Settings that say where requests go, without those that are secret. */
function addressesOf(integration: JsonObject | undefined): Map<string, string> {
  if (integration === undefined) {
    return new Map();
  }
  const found = addressesIn(settingsOf(integration), '').requests;
  const named = new Map([...found].map(([path, value]) => [path.slice(1), value]));
  secureFieldsOf(integration).forEach((field) => named.delete(field));
  return named.set('type', stringAt(integration, 'type') ?? '');
}

/** Settings that say to whom the service at that address passes alerts on, without those that are secret. */
function recipientsOf(integration: JsonObject | undefined): Map<string, string> {
  const addresses = addressesOf(integration);
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(integration === undefined ? {} : settingsOf(integration))) {
    const isText = typeof value === 'string' || typeof value === 'number';
    if (isText && !addresses.has(name) && RECIPIENT.test(name.replace(/[^a-z0-9]/gi, ''))) {
      found.set(name, String(value));
    }
  }
  secureFieldsOf(integration ?? {}).forEach((field) => found.delete(field));
  return found;
}

/** Secret settings that the snapshot brings and that are not known to be the same: an address may be among them. */
function hiddenChanges(integration: JsonObject, twin: JsonObject | undefined): string[] {
  return secureFieldsOf(integration).filter(
    (field) =>
      hasField(integration, field) &&
      (twin === undefined || fieldAt(settingsOf(integration), field) !== fieldAt(settingsOf(twin), field)),
  );
}
