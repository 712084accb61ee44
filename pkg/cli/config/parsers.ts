import { NOTIFICATION_EVENTS, RetentionSettings } from '../../contract/api/settings.ts';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { isKindName, KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { Threshold } from '../../engine/backup/losses/shrunk.ts';
import { readCertificates } from '../../lib/certificates.ts';
import { yesOrNo } from '../../lib/yes-or-no.ts';
import { parseFingerprint } from '../../repository/signing/trust-state.ts';
import type { Address } from '../../service/config.ts';
import { parseSchedule } from '../../service/schedule/schedule.ts';
import { CommandError } from '../command-error.ts';

/** The text itself. */
export function asIs(text: string): string {
  return text;
}

/** The path of a file with certificates. @throws DK_SETTINGS when it cannot be read, or contains none */
export function certificates(path: string, setting: string): string {
  readCertificates(path, setting);
  return path;
}

/** A whole number from a setting. @throws DK_SETTINGS naming it. */
export function wholeNumber(text: string, setting: string, least = 1): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new DashkeepError('DK_SETTINGS', `${setting} must be a whole number of at least ${least}, not '${text}'`);
  }
  return number;
}

/** The same for a flag that may be absent. */
export function optionalNumber(text: string | undefined, setting: string): number | undefined {
  return text === undefined ? undefined : wholeNumber(text, setting);
}

/** A number that may be 0. */
export function count(text: string, source: string): number {
  return wholeNumber(text, source, 0);
}

/** Seconds, as milliseconds. */
export function seconds(text: string, source: string): number {
  return 1000 * wholeNumber(text, source);
}

/** The same for one attempt at a request, which may take parts of a second. @throws DK_SETTINGS naming the source */
export function timeout(text: string, source: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3_600)) {
    throw new DashkeepError('DK_SETTINGS', `${source} is invalid: it must be a number of seconds up to 3600`);
  }
  return seconds * 1_000;
}

/** One of some words. */
export function oneOf<T extends string>(...words: readonly T[]) {
  return (text: string, source: string): T => {
    const found = words.find((word) => word === text);
    if (found === undefined) {
      throw new DashkeepError('DK_SETTINGS', `${source} must be one of ${words.join(', ')}, not '${text}'`);
    }
    return found;
  };
}

/** A cron expression; `off` is how an environment says "never". */
export function schedule(text: string): string {
  return text === 'off' ? '' : text;
}

/** The same, checked when it is read. @throws DK_SETTINGS */
export function cron(text: string, source: string): string {
  const expression = schedule(text);
  if (expression !== '' && parseSchedule(expression, 'UTC').after(new Date(0)) === undefined) {
    throw new DashkeepError('DK_SETTINGS', `${source}: the schedule '${text}' never runs`);
  }
  return expression;
}

const KEEP_RULES = {
  last: 'keepLast',
  hourly: 'keepHourly',
  daily: 'keepDaily',
  weekly: 'keepWeekly',
  monthly: 'keepMonthly',
  yearly: 'keepYearly',
  within: 'keepWithin',
} as const;

/** `daily=30,within=1y`, or `all`. @throws DK_SETTINGS for anything else */
export function keepRules(text: string, source: string): RetentionSettings {
  const none = Object.fromEntries(Object.values(KEEP_RULES).map((rule) => [rule, rule === 'keepWithin' ? '' : 0]));
  const given = list(text === 'all' ? '' : text).map((part) => {
    const [name = '', value = ''] = part.split('=');
    const rule = KEEP_RULES[oneOf(...(Object.keys(KEEP_RULES) as (keyof typeof KEEP_RULES)[]))(name, source)];
    return [rule, rule === 'keepWithin' ? value : count(value, `${source} (${name})`)];
  });
  const parsed = RetentionSettings.safeParse({ ...none, ...Object.fromEntries(given) });
  if (!parsed.success || (given.length === 0 && text !== 'all')) {
    throw new DashkeepError('DK_SETTINGS', `${source} must be rules such as daily=30,within=1y, or all, not '${text}'`);
  }
  return parsed.data;
}

/** Words with commas or white space between. */
export function list(text: string): string[] {
  return text.split(/[\s,]+/).filter((one) => one !== '');
}

/** Events of the webhook, comma-separated. */
export function events(text: string, source: string) {
  return list(text).map((part) => oneOf(...NOTIFICATION_EVENTS)(part, source));
}

/** Whether plain copies are kept, in the settings page's words. */
export function onOrOff(text: string, source: string): 'on' | 'off' {
  return yesOrNo(text, source) ? 'on' : 'off';
}

/** `all`, or comma-separated IDs. @throws DK_SETTINGS for anything else */
export function orgs(text: string, source: string): 'all' | number[] {
  if (text === 'all') {
    return text;
  }
  const ids = list(text).map(Number);
  if (ids.some((id) => !Number.isSafeInteger(id) || id < 1)) {
    throw new DashkeepError('DK_SETTINGS', `${source} must be all, or IDs of organizations such as 1,2, not '${text}'`);
  }
  return ids;
}

/** Kinds by name, comma-separated. @throws DK_USAGE naming the ones that don't exist. */
export function kinds(text: string): KindName[] {
  const names = list(text);
  const unknown = names.filter((name) => !isKindName(name));
  if (unknown.length > 0) {
    throw new CommandError('DK_USAGE', `no such kind: ${unknown.join(', ')}`, {
      hint: `The kinds are ${KIND_NAMES.join(', ')}.`,
    });
  }
  return names.filter(isKindName);
}

/** All kinds except these. */
export function kindsExcept(text: string): KindName[] {
  const wanted = new Set(kinds(text));
  return KIND_NAMES.filter((kind) => !wanted.has(kind));
}

/** Fingerprints of signing keys, comma-separated. @throws DK_SETTINGS for a text that is none */
export function fingerprints(text: string, source: string): string[] {
  return list(text).map((part) => {
    try {
      return parseFingerprint(part);
    } catch (cause) {
      throw new DashkeepError('DK_SETTINGS', `${source}: ${reasonOf(cause)}`, { cause });
    }
  });
}

/** `<percent>%,<number>`: more than a share, and at least a number. @throws DK_SETTINGS for anything else */
export function threshold(text: string, source: string): Threshold {
  const [, percent, least] = /^(\d{1,3})%,(\d{1,9})$/.exec(text) ?? [];
  if (least === undefined || Number(percent) > 100 || Number(least) === 0) {
    throw new DashkeepError(
      'DK_SETTINGS',
      `${source} must be a percentage and a number separated by a comma, such as '10%,10', not '${text}'`,
    );
  }
  return { percent: Number(percent), least: Number(least) };
}

/** Directories with colons between, as in PATH. @throws DK_SETTINGS for one that is not absolute */
export function directories(text: string, source: string): string[] {
  const roots = text.split(':').filter((root) => root !== '');
  const relative = roots.find((root) => !root.startsWith('/'));
  if (relative !== undefined) {
    throw new DashkeepError('DK_SETTINGS', `${source} must contain absolute paths of directories, not '${relative}'`);
  }
  return roots;
}

/** `name` or `namespace/name`. */
export function secretName(text: string): { namespace?: string; name: string } {
  const [first = '', second] = text.split('/');
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** `host:port`, IPv6 in brackets. @throws DK_SETTINGS for anything else */
export function address(text: string, source: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new DashkeepError('DK_SETTINGS', `${source} must be host:port, not '${text}'`);
  }
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

/** The same, or `off`. */
export function optionalAddress(text: string, source: string): Address | 'off' {
  return text === 'off' ? text : address(text, source);
}

/** The address of a Git repository. A token in it would show wherever the address does. @throws DK_SETTINGS */
export function gitUrl(text: string, source: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url?.protocol === 'http:' && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isLocal)) {
    throw new DashkeepError('DK_SETTINGS', `${source} must be an https:// address of a Git repository`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new DashkeepError('DK_SETTINGS', `${source} contains a user name or token: set DASHKEEP_GIT_TOKEN instead`);
  }
  return text;
}

/** A branch of a Git repository. @throws DK_SETTINGS */
export function gitBranch(text: string, source: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(text) || /\.\.|\.lock(\/|$)|\.$/.test(text)) {
    throw new DashkeepError('DK_SETTINGS', `${source} is not a valid branch name`);
  }
  return text;
}
