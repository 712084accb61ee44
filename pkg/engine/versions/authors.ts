import type { DiffOrigin } from '../../contract/api/diff.ts';
import type { Log } from '../../contract/ports.ts';
import { reasonOf } from '../../contract/errors.ts';
import { accountDirectoryOf } from '../../grafana/account-directory.ts';
import type { KindContext } from '../../grafana/kinds/kind.ts';
import { stringAt, type JsonObject } from '../../lib/json/json.ts';

/** How Grafana's newer API names what saved something: an account, itself (access-policy), or its provisioning. */
const ACCOUNT = /^(user|service-account|access-policy|provisioning):(.*)$/;

/** The accounts of one organization. */
export interface Authors {
  /** Login of a user, or name of a service account, by `user:<uid>` or `service-account:<uid>`. */
  names: ReadonlyMap<string, string>;
  /** Kinds of accounts of which all are known, so that what is missing is gone. */
  known: ReadonlySet<string>;
}

/** Whether it is the id of an account, and not a name. */
export function isAccountId(author: string): boolean {
  return ACCOUNT.test(author);
}

/** Who saved something: a login or name; null for an account that is gone; undefined where that is not known. */
export function authorOf(author: string, authors: Authors | undefined): string | null | undefined {
  const [, kind] = ACCOUNT.exec(author) ?? [];
  if (kind === undefined) {
    return author === '' ? undefined : author;
  }
  if (kind === 'provisioning') {
    return kind;
  }
  return authors?.names.get(author) ?? (authors?.known.has(kind) === true ? null : undefined);
}

/** Adds the known authors to versions, changes, or the sides of a comparison. */
export function withAuthors<T extends DiffOrigin>(versions: readonly T[], authors: Authors | undefined): T[] {
  return versions.map((version) => {
    const by = version.updatedBy === undefined ? undefined : authorOf(version.updatedBy, authors);
    return by === undefined ? version : { ...version, by };
  });
}

/** Reads the accounts of an organization, as far as the credentials may. */
export async function readAuthors(context: KindContext): Promise<Authors> {
  const directory = await accountDirectoryOf(context);
  const names = new Map<string, string>();
  const known = new Set<string>();
  const lists: [kind: string, name: string, load: () => Promise<JsonObject[]>][] = [
    ['user', 'login', () => directory.users()],
    ['service-account', 'name', () => directory.serviceAccounts()],
  ];
  for (const [kind, name, load] of lists) {
    const accounts = await listed(load, context.log);
    for (const account of accounts ?? []) {
      names.set(`${kind}:${stringAt(account, 'uid') ?? ''}`, stringAt(account, name) ?? '');
    }
    // An older Grafana lists them without uids.
    if (accounts?.every((account) => stringAt(account, 'uid') !== undefined) === true) {
      known.add(kind);
    }
  }
  return { names, known };
}

async function listed(load: () => Promise<JsonObject[]>, log: Log): Promise<JsonObject[] | undefined> {
  try {
    return await load();
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, 'accounts are not listed');
    return undefined;
  }
}
