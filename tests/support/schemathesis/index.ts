import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where install.sh has put it; empty when it was never installed. */
export const SCHEMATHESIS = ((): string => {
  try {
    return execFileSync(join(import.meta.dirname, 'install.sh'), ['--where'], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
})();

export interface OpenApi {
  paths: Record<string, Record<string, { 'x-dashkeep-access': string; responses: Record<string, unknown> }>>;
}

export interface Exchange {
  request: { method: string; url: string };
  response: { status: number; content: { text?: string } };
}

export interface Session {
  /** Where its files are put. */
  directory: string;
  url: string;
  document: OpenApi;
  token: string;
  checks: string[];
  /** Values that exist, by their own name. */
  values: Record<string, (string | number)[]>;
  /** For which paths (a regular expression) they are used most of the time, by parameter: `path.id`, `query.uid`. */
  uses: [paths: string, parameters: Record<string, string>][];
  /** More of the command line. */
  args?: string[];
}

/** Runs it with a fixed seed, and gives what it said and every request that it made. */
export async function runSchemathesis(
  session: Session,
): Promise<{ code: number; said: string; exchanges: Exchange[] }> {
  const { directory, url, document, checks, args = [] } = session;
  const [config = '', api = '', har = ''] = ['settings.toml', 'openapi.json', 'requests.har'].map((name) =>
    join(directory, name),
  );
  await writeFile(config, settingsOf(session));
  await writeFile(api, JSON.stringify(document));
  const all = [
    ...['--config-file', config, 'run', api, '--url', url, '--checks', checks.join(',')],
    ...['--max-examples', '5', '--generation-database', 'none', '--report-har-path', har, ...args],
  ];
  const { code, said } = await new Promise<{ code: number; said: string }>((done) => {
    execFile(SCHEMATHESIS, all, { cwd: directory, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
  const { log } = JSON.parse(await readFile(har, 'utf8')) as { log: { entries: Exchange[] } };
  return { code, said, exchanges: log.entries };
}

function settingsOf({ token, values, uses }: Session): string {
  return [
    'seed = 22',
    'color = false',
    'warnings = false',
    '[auth.openapi.token]',
    `bearer = ${JSON.stringify(token)}`,
    '[phases.stateful]',
    'enabled = false',
    ...Object.entries(values).flatMap(([name, list]) => [`[dictionaries.${name}]`, `values = ${JSON.stringify(list)}`]),
    ...uses.flatMap(([paths, parameters]) => [
      '[[operations]]',
      `include-path-regex = ${JSON.stringify(paths)}`,
      '[operations.parameters]',
      ...Object.entries(parameters).map(
        ([name, dictionary]) => `"${name}" = { dictionary = "${dictionary}", probability = 0.9 }`,
      ),
    ]),
  ].join('\n');
}
