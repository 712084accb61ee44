import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DashkeepError, reasonOf } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import type { KubeClient } from '../../kubernetes/client.ts';
import { readSecret, type SecretName } from '../../kubernetes/secrets.ts';

export interface Admin {
  user: string;
  password: string;
  /** Where they come from, for messages. */
  from: string;
}

/**
 * Where the admin's name and password are: a mounted Secret, a Secret read through the API, or readers of single
 * values.
 */
export type AdminSource =
  | { kind: 'directory'; directory: string }
  | { kind: 'secret'; client: KubeClient; secret: SecretName }
  | { kind: 'values'; user: () => Promise<string>; password: () => Promise<string>; from: string };

export interface AdminKeys {
  /** Names of the keys where they are not among the known ones. */
  user?: string;
  password?: string;
}

/** The official chart's, the classic recipe's, the operator's. */
const KNOWN_KEYS: readonly { user: string; password: string }[] = [
  { user: 'admin-user', password: 'admin-password' },
  { user: 'admin', password: 'password' },
  { user: 'GF_SECURITY_ADMIN_USER', password: 'GF_SECURITY_ADMIN_PASSWORD' },
];

/**
 * Reads the admin's name and password, again each time: both change under a running service.
 * @throws DK_BOOTSTRAP naming the keys that are there, never a value; KubernetesError where the API refuses.
 */
export async function readAdmin(source: AdminSource, keys: AdminKeys = {}): Promise<Admin> {
  if (source.kind === 'values') {
    const [user, password] = await Promise.all([source.user(), source.password()]);
    return { user: user.trim(), password: withoutNewline(password), from: source.from };
  }
  const values = await (source.kind === 'directory' ? readDirectory(source.directory) : readFromApi(source));
  const where =
    source.kind === 'directory' ? source.directory : `Secret ${source.secret.namespace}/${source.secret.name}`;
  return pick(values, keys, where);
}

async function readDirectory(directory: string): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  try {
    for (const name of await readdir(directory)) {
      // The kubelet keeps its own folders (`..data`) beside the links to the keys.
      if (!name.startsWith('..')) {
        values.set(name, await readFile(join(directory, name), 'utf8'));
      }
    }
  } catch (cause) {
    throw new DashkeepError(
      'DK_BOOTSTRAP',
      `cannot read the admin Secret mounted at ${directory}: ${reasonOf(cause)}`,
      {
        cause,
        advice: reason('mount-admin-secret'),
      },
    );
  }
  return values;
}

async function readFromApi({
  client,
  secret,
}: {
  client: KubeClient;
  secret: SecretName;
}): Promise<Map<string, string>> {
  const { data } = await readSecret(client, secret);
  return new Map(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function pick(values: ReadonlyMap<string, string>, keys: AdminKeys, where: string): Admin {
  const known = KNOWN_KEYS.find(
    (pair) => values.has(pair.password) && (keys.password ?? pair.password) === pair.password,
  );
  const passwordKey = keys.password ?? known?.password;
  const userKey = keys.user ?? known?.user;
  const password = passwordKey === undefined ? undefined : values.get(passwordKey);
  if (password === undefined || withoutNewline(password) === '') {
    const present = [...values.keys()].sort().join(', ') || 'nothing';
    const wanted = keys.password ?? KNOWN_KEYS.map((pair) => pair.password).join(', ');
    throw new DashkeepError(
      'DK_BOOTSTRAP',
      `no admin password in ${where}: it contains ${present}, but needs ${wanted}`,
      { advice: reason('name-secret-keys') },
    );
  }
  const user = userKey === undefined ? undefined : values.get(userKey)?.trim();
  // Grafana's own default where the Secret names nobody.
  return { user: user || 'admin', password: withoutNewline(password), from: 'the admin Secret' };
}

/** Files end with a newline that belongs to nobody's password; other white space may. */
function withoutNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
