import { parse } from 'yaml';
import { DashkeepError } from '../../../contract/errors.ts';
import { reason, type KnownReason } from '../../../contract/reasons/catalogue.ts';
import { isKindName, type KindName } from '../../../contract/kinds.ts';
import type { RestoreOptions } from '../types.ts';

type Secrets = Map<string, Record<string, string>>;

/**
 * Secrets for a restore from a YAML (or JSON) document: kind, uid, field.
 *
 *     data-source:
 *       prometheus-1: { basicAuthPassword: "…" }
 *     contact-point:
 *       ops: { url: { env: SLACK_URL } }
 *
 * `{ env: NAME }` takes the value from the environment given.
 * @throws DK_SETTINGS naming the place, never a value.
 */
export function parseSecrets(
  text: string,
  environment: Readonly<Record<string, string | undefined>>,
): NonNullable<RestoreOptions['secrets']> {
  const secrets: Secrets = new Map();
  for (const [kind, byUid] of entriesOf(parseYaml(text), 'the file')) {
    if (!isKindName(kind)) {
      throw refusal(`'${kind}' is not a kind`);
    }
    for (const [uid, fields] of entriesOf(byUid, kind)) {
      const place = `${kind}/${uid}`;
      const values = entriesOf(fields, place).map(([field, value]) => [
        field,
        valueOf(value, place, field, environment),
      ]);
      secrets.set(place, Object.fromEntries(values) as Record<string, string>);
    }
  }
  return (kind: KindName, uid: string) => secrets.get(`${kind}/${uid}`);
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
  return new DashkeepError('DK_SETTINGS', `the file with secrets is not valid: ${why}`, { advice });
}
