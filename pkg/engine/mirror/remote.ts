import * as fs from 'node:fs';
import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import { giveToOwnerOf } from '../../lib/directories.ts';
import { systemCode } from '../../lib/file-errors.ts';
import { Agent, buildConnector } from '../../lib/http/agent.ts';
import { BodyTooLarge, sendRequest } from '../../lib/http/request.ts';
import { assertPackFits, MAX_PACK_BYTES } from './pack.ts';
import type { TreeEntry, TreeStore } from './tree.ts';
import type * as Sdk from './sdk.ts';

/** The Git repository that a mirror goes to. */
export interface MirrorConfig {
  /** `https://…` */
  url: string;
  branch: string;
  /** Whom the token is of; most servers accept any name. */
  user: string;
  token?: () => Promise<string>;
  /** Where the local copy of the newest commit is kept. */
  directory: string;
}

/** A commit to be made. */
export interface NewCommit {
  tree: string;
  message: string;
  /** Name of the person who made all changes; undefined where these are several, or no one is known. */
  author: string | undefined;
  time: Date;
}

const OURS = 'Dashkeep';
/** The newest commit that is known to be at the remote. */
const PUSHED = 'refs/dashkeep/pushed';
/** Objects that may lie here one by one. */
const LOOSE_MOST = 25_600;
/** Of a request that sends or fetches commits, in milliseconds: a first one may be large. */
const TIMEOUT_MS = 120_000;
/** Of the question for the newest commit, with which each mirror begins. */
const REFS_TIMEOUT_MS = 20_000;

/** The files of a local copy, which is in the state directory. A pack is looked at before the library reads it. */
function checkedFiles(signal: AbortSignal): typeof fs {
  const promises = {
    ...fs.promises,
    writeFile: async (...args: Parameters<typeof fs.promises.writeFile>): Promise<void> => {
      const [path, data] = args;
      if (String(path).endsWith('.pack')) {
        await assertPackFits(data as Buffer, signal);
      }
      await fs.promises.writeFile(...args);
      await giveToOwner(String(path));
    },
    mkdir: async (path: fs.PathLike): Promise<undefined> => {
      await fs.promises.mkdir(path, { mode: 0o700 });
      await giveToOwner(String(path));
    },
  };
  return { ...fs, promises };
}

function giveToOwner(path: string): Promise<void> {
  const { lstat, lchown } = fs.promises;
  return giveToOwnerOf(dirname(path), { stat: () => lstat(path), chown: (uid, gid) => lchown(path, uid, gid) });
}

/** The directory of the local copy of a branch. */
function localCopy({ url, branch, directory }: MirrorConfig): string {
  return join(directory, createHash('sha256').update(`${url} ${branch}`).digest('hex').slice(0, 16));
}

/** Removes the local copy, so that the next mirror starts from the remote. Never fails. */
export async function forgetLocalCopy(config: MirrorConfig): Promise<void> {
  await fs.promises.rm(localCopy(config), { recursive: true, force: true }).catch(() => undefined);
}

/** A branch of a remote Git repository, with as much of it here as it takes to add a commit. */
export class GitRemote implements TreeStore {
  readonly #config: MirrorConfig;
  readonly #git: typeof Sdk;
  readonly #local: { fs: typeof fs; gitdir: string };
  readonly #signal: AbortSignal;
  #cache = {};

  private constructor(git: typeof Sdk, config: MirrorConfig, signal: AbortSignal) {
    this.#git = git;
    this.#config = config;
    this.#local = { fs: checkedFiles(signal), gitdir: localCopy(config) };
    this.#signal = signal;
  }

  /** Opens the local copy; asks the remote nothing. */
  static async open(config: MirrorConfig, signal: AbortSignal): Promise<GitRemote> {
    const remote = new GitRemote(await import('./sdk.ts'), config, signal);
    await remote.#tidy();
    await remote.#git.init({ ...remote.#local, bare: true, defaultBranch: config.branch });
    await remote.#git.addRemote({ ...remote.#local, remote: 'origin', url: config.url, force: true });
    return remote;
  }

  get branch(): string {
    return this.#config.branch;
  }

  /** Starts again from the remote, which packs its objects, once too many lie here one by one. */
  async #tidy(): Promise<void> {
    const sample = await fs.promises.readdir(join(this.#local.gitdir, 'objects', '17')).catch(() => []);
    if (sample.length > LOOSE_MOST / 256) {
      await fs.promises.rm(this.#local.gitdir, { recursive: true, force: true });
    }
  }

  /** The newest commit, as far as it is known here; undefined before the first one. */
  async head(): Promise<string | undefined> {
    return this.#git.resolveRef({ ...this.#local, ref: PUSHED }).catch(() => undefined);
  }

  /** Makes the newest commit of the remote the head. @returns whether it was another one */
  async update(): Promise<boolean> {
    const { url, branch } = this.#config;
    const refs = await this.#calling(() =>
      this.#git.listServerRefs({ ...this.#web(), url, prefix: `refs/heads/${branch}` }),
    );
    const newest = refs.find(({ ref }) => ref === `refs/heads/${branch}`)?.oid;
    if (newest === (await this.head())) {
      return false;
    }
    if (newest === undefined) {
      await fs.promises.rm(join(this.#local.gitdir, PUSHED), { force: true });
      return true;
    }
    await this.#calling(() =>
      this.#git.fetch({ ...this.#local, ...this.#web(), url, ref: branch, depth: 1, singleBranch: true, tags: false }),
    );
    await this.#git.writeRef({ ...this.#local, ref: PUSHED, value: newest, force: true });
    return true;
  }

  /**
   * Adds a commit to the head and pushes it.
   * @returns false if the remote has a newer head
   * @throws DK_MIRROR_FAILED
   */
  async push({ tree, message, author: name = OURS, time }: NewCommit): Promise<boolean> {
    const { url, branch } = this.#config;
    const ref = `refs/heads/${branch}`;
    const head = await this.head();
    const stamp = { timestamp: Math.floor(time.getTime() / 1000), timezoneOffset: 0, email: '' };
    const oid = await this.#git.commit({
      ...this.#local,
      message,
      tree,
      parent: head === undefined ? [] : [head],
      author: { ...stamp, name },
      committer: { ...stamp, name: OURS },
      ref,
      noUpdateBranch: true,
    });
    await this.#git.writeRef({ ...this.#local, ref, value: oid, force: true });
    try {
      await this.#calling(() => this.#git.push({ ...this.#local, ...this.#web(), url, ref, remoteRef: ref }));
    } catch (error) {
      if (codeOf(error) === 'PushRejectedError') {
        return false;
      }
      throw error;
    }
    await this.#git.writeRef({ ...this.#local, ref: PUSHED, value: oid, force: true });
    return true;
  }

  async readTree(oid: string): Promise<TreeEntry[]> {
    return (await this.#git.readTree({ ...this.#local, oid, cache: this.#cache })).tree;
  }

  writeTree(tree: TreeEntry[]): Promise<string> {
    return this.#git.writeTree({ ...this.#local, tree });
  }

  async readFile(oid: string): Promise<string> {
    const { blob } = await this.#git.readBlob({ ...this.#local, oid, cache: this.#cache });
    return Buffer.from(blob).toString('utf8');
  }

  writeFile(text: string): Promise<string> {
    return this.#git.writeBlob({ ...this.#local, blob: Buffer.from(text) });
  }

  #web(): Pick<Parameters<typeof Sdk.push>[0], 'http' | 'onAuth' | 'onAuthFailure'> {
    const { token, user } = this.#config;
    return compact({
      http: { request: (request) => exchange(request, this.#signal) },
      onAuth: token && (async () => ({ username: user, password: await token() })),
      onAuthFailure: () => ({ cancel: true }),
    });
  }

  async #calling<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (codeOf(error) === 'PushRejectedError' || error instanceof DashkeepError) {
        throw error;
      }
      const { url, token } = this.#config;
      const message = `the Git server ${new URL(url).host} ${whyNot(error, token !== undefined)}`;
      throw new DashkeepError('DK_MIRROR_FAILED', message, { cause: error });
    }
  }
}

/** In the words of a person; never the address, which may be long, or a header. */
function whyNot(error: unknown, hasToken: boolean): string {
  const { statusCode } = ((error as { data?: { statusCode?: number } }).data ?? {}) satisfies object;
  if (codeOf(error) === 'UserCanceledError' || statusCode === 401 || statusCode === 403) {
    return hasToken ? 'refused the token' : 'requires a token';
  }
  if (codeOf(error) === 'SmartHttpError') {
    return 'does not respond like a Git server';
  }
  if (codeOf(error) === 'GitPushError') {
    return 'refused the push';
  }
  if (statusCode !== undefined) {
    return `responded with status ${statusCode}`;
  }
  const cause = (error as Error).cause ?? error;
  if ((cause as Error).name === 'TimeoutError') {
    return 'did not respond in time';
  }
  const name = cause instanceof BodyTooLarge ? 'too much data' : (cause as Error).name;
  return `did not respond (${systemCode(cause) ?? name})`;
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}

type Http = Parameters<typeof Sdk.push>[0]['http'];

/** It follows no redirect, which would take content elsewhere. */
const connections = new Agent({ pipelining: 1, connect: buildConnector({}) });

async function exchange(
  { url, method = 'GET', headers = {}, body }: Parameters<Http['request']>[0],
  signal: AbortSignal,
): ReturnType<Http['request']> {
  const { origin, pathname, search } = new URL(url);
  const time = method === 'GET' ? REFS_TIMEOUT_MS : TIMEOUT_MS;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
  }
  const answer = await sendRequest({
    dispatcher: connections,
    origin,
    path: pathname + search,
    method: method as 'GET' | 'POST',
    headers: { 'user-agent': 'dashkeep', ...headers },
    body: body === undefined ? null : Buffer.concat(chunks),
    idle: time,
    total: time,
    maxBytes: MAX_PACK_BYTES,
    signal,
  });
  return {
    url,
    method,
    statusCode: answer.status,
    statusMessage: STATUS_CODES[answer.status] ?? '',
    headers: answer.headers as Record<string, string>,
    body: Readable.from([answer.body]).iterator(),
  };
}
