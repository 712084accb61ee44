import { parse } from 'yaml';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { isKindName, SERVER_KINDS } from '../../../contract/kinds.ts';
import { targetOf } from '../target.ts';
import type { PlannedItem, RestoreOptions } from '../types.ts';

type Secrets = Map<string, Record<string, string>>;
type Supplied = NonNullable<RestoreOptions['secrets']>;

/**
 * Secrets for a restore from a YAML (or JSON) document: kind, uid, field.
 *
 *     data-source:
 *       prometheus-1: { basicAuthPassword: "…" }
 *     contact-point:
 *       ops: { url: { env: SLACK_URL } }
 *     2:contact-point:
 *       ops: { url: { env: SLACK_URL_OF_RETAIL } }
 *
 * An organization's ID in Grafana may precede the kind. `{ env: NAME }` takes the value from the environment given.
 * @throws DK_SETTINGS naming the place, never a value.
 */
export function parseSecrets(text: string, environment: Readonly<Record<string, string | undefined>>): Supplied {
  const secrets: Secrets = new Map();
  const asked = new Set<string>();
  for (const [key, byUid] of entriesOf(parseYaml(text), 'the file')) {
    const [, org, kind = ''] = /^(?:([1-9]\d{0,14}):)?(.*)$/s.exec(key) ?? [];
    if (!isKindName(kind)) {
      throw refusal(`'${key}' is not a kind`);
    }
    if (org !== undefined && SERVER_KINDS.has(kind)) {
      throw refusal(`'${key}': a ${kind} belongs to no organization`);
    }
    for (const [uid, fields] of entriesOf(byUid, key)) {
      const place = `${key}/${uid}`;
      const values = entriesOf(fields, place).map(([field, value]) => [
        field,
        valueOf(value, place, field, environment),
      ]);
      const given = Object.fromEntries(values) as Record<string, string>;
      secrets.set(place, kind === 'contact-point' ? notingFields(given, place, asked) : given);
    }
  }
  const used = new Set<string>();
  const at = (place: string): Record<string, string> | undefined => {
    used.add(place);
    return secrets.get(place);
  };
  const supplied: Supplied = (kind, uid, org) =>
    (org === undefined ? undefined : at(`${org}:${kind}/${uid}`)) ?? at(`${kind}/${uid}`);
  const unused = (): string[] =>
    [...secrets].flatMap(([place, given]) => {
      const isPlanned = [...asked].some((one) => one.startsWith(`${place}: `));
      const fields = isPlanned ? Object.keys(given).map((field) => `${place}: ${field}`) : [];
      return used.has(place) ? fields.filter((one) => !asked.has(one)) : [place];
    });
  return Object.assign(supplied, { unused });
}

/** Only of contact points is each field asked for by its name; other kinds send Grafana what they are given. */
function notingFields(given: Record<string, string>, place: string, asked: Set<string>): Record<string, string> {
  return new Proxy(given, {
    get(target, field) {
      asked.add(`${place}: ${String(field)}`);
      return Reflect.get(target, field) as unknown;
    },
  });
}

/**
 * The resources of a plan for which secrets are supplied.
 * @param idOf - of the organization of an item; undefined while it does not exist, so that no entry can name it
 * @throws DK_USAGE for an entry without an organization, where resources in several of them have that name: the secret
 * of one must not reach another
 */
export function suppliedTo<Item extends Pick<PlannedItem, 'org' | 'kind' | 'uid' | 'targetOrg' | 'targetUid'>>(
  secrets: Supplied | undefined,
  items: readonly Item[],
  idOf: (item: Item) => number | undefined = (item) => targetOf(item).org,
): Item[] {
  const orgs = new Map<string, Map<number, number | undefined>>();
  const supplied = items.filter((item) => {
    const { kind, uid } = targetOf(item);
    const given = secrets?.(kind, uid, idOf(item));
    if (given !== undefined && given === secrets?.(kind, uid) && !SERVER_KINDS.has(kind)) {
      const place = `${kind}/${uid}`;
      orgs.set(place, (orgs.get(place) ?? new Map()).set(item.org, idOf(item)));
    }
    return given !== undefined;
  });
  for (const [place, of] of orgs) {
    if (of.size > 1) {
      const id = [...of.values()].find((one) => one !== undefined) ?? 1;
      const example = `${id}:${place.slice(0, place.indexOf('/'))}`;
      throw new DashkeepError(
        'DK_USAGE',
        `the secrets file does not name the organization of ${place}: organizations ${[...of.keys()].join(' and ')} have one with this name`,
        { advice: reason('name-secret-org', { example }) },
      );
    }
  }
  return supplied;
}

function parseYaml(text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch {
    // The parser's own message quotes the text.
    throw refusal('it is not YAML');
  }
}

function entriesOf(value: unknown, place: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refusal(`${place} must be a mapping`);
  }
  return Object.entries(value);
}

function valueOf(
  value: unknown,
  place: string,
  field: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value);
  }
  const name = typeof value === 'object' && value !== null && 'env' in value ? value.env : undefined;
  if (typeof name !== 'string') {
    throw refusal(`${place}.${field} must be text, or { env: NAME }`);
  }
  const given = environment[name];
  if (given === undefined) {
    throw refusal(`${place}.${field}: ${name} is not set`, reason('set-secret-variable', { name }));
  }
  return given;
}

const NESTED = reason('write-secrets', { example: 'data-source: { my-uid: { basicAuthPassword: secret } }' });

function refusal(why: string, advice: KnownReason = NESTED): DashkeepError {
  return new DashkeepError('DK_SETTINGS', `the secrets file is not valid: ${why}`, { advice });
}
