import type { Call } from '../http/call.ts';
import type { K8sKind } from './kind.ts';
import type { Stored } from '../model/stored.ts';
import { k8sStatus } from '../http/problems.ts';

/** Where a list goes on. */
interface Token {
  /** Name of the last object that was looked at. */
  after: string;
  issued: number;
  page: number;
  /** Of the first page: the further ones repeat it. */
  resourceVersion: string;
}

export interface Page<T> {
  items: T[];
  /** Continue token; empty at the end. */
  next: string;
  resourceVersion: string;
}

/** How many items a list without a limit has at most. */
const UNLIMITED = 500;
/** How long a continue token lives, in milliseconds. */
const TOKEN_MS = 10 * 60_000;

/** Names in the order of the store; made again when anything was written. */
const sorted = new WeakMap<ReadonlyMap<string, unknown>, { revision: bigint; names: string[] }>();

/**
 * One page of an `/apis` list. It ends at the limit, at the byte cap or at the end, whichever comes first; objects that
 * the caller may not see take no place in it, so it may hold fewer than the limit, or none.
 * @param newestFirst - by when they were written, not by name
 */
export function pageOf<T extends Stored>(
  call: Call,
  kind: K8sKind<T>,
  visible: (item: T) => boolean,
  newestFirst = false,
): Page<T> {
  const token = readToken(call);
  const requested = call.number('limit', 0);
  const limit = requested > 0 ? requested : UNLIMITED;
  const { emptyPageEvery } = call.tuning;
  const items = kind.items(call.org);
  const { versions } = call.state;
  const names = newestFirst ? newestOf(items) : namesOf(items, versions.last);
  const resourceVersion = token?.resourceVersion ?? versions.of(call.tuning.listStorage, kind.resource, items.values());
  const goOn = (after: string) => writeToken({ after, issued: call.state.now(), page, resourceVersion });
  const next = (after: string) => (newestFirst ? names.indexOf(after) + 1 : firstAfter(names, after));
  let index = token === undefined ? 0 : next(token.after);
  const page = (token?.page ?? 0) + 1;
  if (emptyPageEvery > 0 && page % emptyPageEvery === 0 && index < names.length) {
    return { items: [], next: goOn(token?.after ?? ''), resourceVersion };
  }
  const found: T[] = [];
  let bytes = 0;
  let looked = 0;
  let last = token?.after ?? '';
  while (index < names.length && found.length < limit && bytes < call.tuning.pageBytes && looked < limit) {
    last = names[index++] ?? '';
    looked++;
    const item = items.get(last);
    if (item !== undefined && visible(item)) {
      found.push(item);
      bytes += kind.size(item);
    }
  }
  return { items: found, next: index < names.length ? goOn(last) : '', resourceVersion };
}

function namesOf(items: ReadonlyMap<string, unknown>, revision: bigint): string[] {
  const known = sorted.get(items);
  if (known?.revision === revision && known.names.length === items.size) {
    return known.names;
  }
  const names = [...items.keys()].sort();
  sorted.set(items, { revision, names });
  return names;
}

function newestOf(items: ReadonlyMap<string, Stored>): string[] {
  const versionOf = ([, { resourceVersion }]: [string, Stored]): number => Number(resourceVersion);
  return [...items].sort((a, b) => versionOf(b) - versionOf(a)).map(([name]) => name);
}

function firstAfter(names: string[], after: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] ?? '') <= after) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(call: Call): Token | undefined {
  const text = call.query.get('continue');
  if (!text) {
    return undefined;
  }
  let token: Token;
  try {
    token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token;
  } catch {
    throw k8sStatus(400, 'BadRequest', 'continue key is not valid');
  }
  if (call.state.now() - token.issued > TOKEN_MS || token.issued < call.state.tokensExpiredBefore) {
    const message =
      'The provided continue parameter is too old to display a consistent list result. You can start a new list ' +
      'without the continue parameter, or use the continue token in this response to retrieve the remainder.';
    throw k8sStatus(410, 'Expired', message, { continue: writeToken({ ...token, issued: call.state.now() }) });
  }
  return token;
}
