import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { listening } from './listening.ts';
import { runSmall } from '../process/small.ts';

/** A Git repository that Git itself serves over HTTP. */
export interface GitServer {
  url: string;
  /** What has to be given as `user:password`; undefined: nothing. */
  login?: string;
  /** Responds with this status to every request. */
  failure?: number;
  /** Called before a push is looked at. */
  beforePush?: (() => Promise<unknown>) | undefined;
  /** Redirects every request to this address. */
  redirect?: string;
  requests: string[];
  /** Runs Git in the repository. @returns what it prints */
  git(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Runs Git. @returns what it prints */
export async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runSmall({ command: 'git', args, env: process.env });
  if (code !== 0) {
    throw Object.assign(new Error(`git ${args.join(' ')}: ${stderr.toString()}`), { code });
  }
  return stdout.toString().trim();
}

/** Accepts pushes. Its data need not survive a loss of power. */
const SETTINGS = '[http]\n receivepack = true\n[core]\n fsync = none\n[receive]\n autogc = false\n';

/** Starts one with an empty repository. @param directory - where the repository is made */
export async function startGitServer(directory: string): Promise<GitServer> {
  const repository = join(directory, 'remote.git');
  await git('init', '--quiet', '--bare', '--initial-branch=main', repository);
  appendFileSync(join(repository, 'config'), SETTINGS);
  const requests: string[] = [];
  const server = await listening(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://git');
    requests.push(`${request.method} ${pathname.replace('/remote.git', '')}${search}`);
    if (started.redirect !== undefined) {
      response.writeHead(307, { location: `${started.redirect}${pathname.replace('/remote.git', '')}${search}` }).end();
      return;
    }
    const given = Buffer.from(request.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    if (started.failure !== undefined || (started.login !== undefined && given !== started.login)) {
      response.writeHead(started.failure ?? 401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (search.includes('git-receive-pack')) {
      await started.beforePush?.();
    }
    const { stdout: answer } = await runSmall({
      command: 'git',
      args: ['http-backend'],
      input: await buffer(request),
      env: {
        ...process.env,
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: decodeURIComponent(pathname),
        QUERY_STRING: search.slice(1),
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.subarray(0, end).toString().split('\r\n');
    const status = headers.find((line) => line.startsWith('Status: '))?.slice(8, 11);
    response.writeHead(Number(status ?? 200), Object.fromEntries(headers.map((line) => line.split(': ', 2))));
    response.end(answer.subarray(end + 4));
  });
  const started: GitServer = {
    url: `${server.url}/remote.git`,
    requests,
    git: (...args) => git('-C', repository, ...args),
    close: () => server.close(),
  };
  return started;
}
