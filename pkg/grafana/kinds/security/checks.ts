import { isJsonObject, type Json } from '../../../lib/json/json.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import { securityChange, switchText } from './change.ts';

/** On, they pass on what identifies people. */
const FORWARDS = /^(withCredentials|oauthPassThru|forwardGrafanaIdToken)$/i;
/** On, they trust anyone who answers; plugins have other names for it. */
const TRUSTS = /insecure|cleartext|skip_?(tls|ssl|cert|verif)|(tls|ssl|cert)_?skip/i;
/** Off, requests are not encrypted, or the one who answers is checked less. */
const PROTECTS =
  /^(use|enable|with)?_?(tls|ssl)(_?(auth|enabled|verif)\w*)?$|^secure$|verif\w*(cert|host|peer|tls|ssl)/i;

/** Settings with steps, from the loosest to the strictest; '' is what Grafana does without the setting. */
const STEPS: Record<string, readonly (readonly string[])[]> = {
  // Of PostgreSQL, whose drivers try TLS without being told.
  sslmode: [['disable'], ['allow'], ['prefer', ''], ['require'], ['verify-ca'], ['verify-full']],
  // Of Microsoft SQL Server (tsdb/mssql/mssql.go).
  encrypt: [['disable'], ['false', ''], ['true'], ['strict']],
};
/** Names of files with the authorities that are trusted: others trust others. */
const TRUSTED = new Set(['sslRootCertFile']);

/** What settings (`jsonData`) check less after an update, or pass on of people, by where it is in them. */
export function looserChecks(before: Json | undefined, after: Json | undefined): SecurityChange[] {
  const [was, is] = [valuesIn(before), valuesIn(after)];
  return [...new Set([...was.keys(), ...is.keys()])].sort().flatMap((field) => {
    const change = looser(nameOf(field), was.get(field), is.get(field));
    return change === undefined ? [] : [securityChange('forwarding', { field, ...change })];
  });
}

/** What settings of something new pass on of people. */
export function forwardedIn(settings: Json): SecurityChange[] {
  return [...valuesIn(settings)]
    .filter(([field, value]) => FORWARDS.test(nameOf(field)) && isOn(value))
    .map(([field]) => securityChange('forwarding', { field, after: switchText(true) }));
}

function nameOf(field: string): string {
  return field.split('.').at(-1) ?? '';
}

type Value = string | boolean | undefined;

function looser(
  name: string,
  was: Value,
  is: Value,
): { before: string | undefined; after: string | undefined } | undefined {
  const steps = STEPS[name.toLowerCase()];
  if (steps !== undefined || TRUSTED.has(name)) {
    const [before, after] = [textOf(was), textOf(is)];
    const isLooser =
      steps === undefined
        ? before !== '' && before !== after
        : before !== after && stepOf(steps, after, -1) < stepOf(steps, before, steps.length);
    return isLooser ? { before: before || undefined, after: after || undefined } : undefined;
  }
  const isLooser =
    FORWARDS.test(name) || TRUSTS.test(name) ? isOn(is) && !isOn(was) : PROTECTS.test(name) && isOn(was) && !isOn(is);
  return isLooser ? { before: switchText(isOn(was)), after: switchText(isOn(is)) } : undefined;
}

/** What is not known is taken for the worst: for strict before, for loose after. */
function stepOf(steps: readonly (readonly string[])[], value: string, unknown: number): number {
  const step = steps.findIndex((names) => names.includes(value.toLowerCase()));
  return step === -1 ? unknown : step;
}

function isOn(value: Value): boolean {
  return value === true || value === 'true';
}

function textOf(value: Value): string {
  return value === undefined ? '' : String(value).trim();
}

/** Switches and texts in settings, by their path. Lists hold other things. */
export function valuesIn(settings: Json | undefined): ReadonlyMap<string, string | boolean> {
  const found = new Map<string, string | boolean>();
  const collect = (value: Json, path: string): void => {
    if (isJsonObject(value)) {
      Object.entries(value).forEach(([name, member]) => collect(member, path === '' ? name : `${path}.${name}`));
    } else if (typeof value === 'string' || typeof value === 'boolean') {
      found.set(path, value);
    }
  };
  collect(settings ?? {}, '');
  return found;
}
