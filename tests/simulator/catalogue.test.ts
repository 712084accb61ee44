import { expect, it } from 'vitest';
import ts from 'typescript';
import { CATALOGUE } from '../support/recording/catalogue/index.ts';
import { endpointsOf, programOf } from '../support/recording/endpoints.ts';
import { splitRequest } from '../support/recording/play.ts';
import { patternOf } from '../support/recording/texts.ts';
import { depth } from '../support/budget.ts';

const ROOT = process.cwd();
const CONFIG = `${ROOT}/tsconfig.json`;
const PRODUCT = `${ROOT}/pkg/`;
const WAIT = 600_000;
/** Reading the whole program takes long. */
const deeply = it.runIf(depth() === 'all');

const parsed = ts.parseJsonConfigFileContent(ts.readConfigFile(CONFIG, ts.sys.readFile).config, ts.sys, ROOT);
const sources = parsed.fileNames.filter((name) => name.startsWith(PRODUCT));

/** Which endpoints of a program no step of the catalogue asks for. */
function missing(files: string[], texts: Record<string, string> = {}): string[] {
  const program = programOf(files, parsed.options, texts);
  const isProduct = (name: string) =>
    Object.keys(texts).length > 0 ? name in texts || name.endsWith('/grafana/client.ts') : name.startsWith(PRODUCT);
  return endpointsOf(program, isProduct)
    .map(({ route }) => route)
    .filter((route) => !STEPS.some((step) => fits(route, step)));
}

const STEPS = [
  ...new Set(
    CATALOGUE.flatMap(({ steps }) => steps.map(({ request }) => splitRequest(request))).map(
      ([method, path]) => `${method} ${patternOf(path)}`,
    ),
  ),
];

/** Not recorded: these keys differ in each Grafana, and only whether they are the same is asked. */
const UNRECORDED = 'GET /api/signing-keys/keys';

/** What is known only at run time fits any segment of a step. */
function fits(route: string, step: string): boolean {
  const [left, right] = [route.split('/'), step.split('/')];
  return left.length === right.length && left.every((segment, index) => segment === ':x' || segment === right[index]);
}

deeply(
  'holds every endpoint of Grafana that the product calls',
  () => {
    expect(missing(sources)).toEqual([UNRECORDED]);
  },
  WAIT,
);

deeply(
  'is missing an endpoint that was made up',
  () => {
    const text = `
      import { GrafanaClient } from './http/client.ts';
      const PATH = '/api/made-up';
      function below(kind: 'a' | 'b', uid: string): string {
        return \`\${PATH}/\${kind}/\${encodeURIComponent(uid)}\`;
      }
      export async function made(grafana: GrafanaClient, uid: string, kind: 'a' | 'b'): Promise<void> {
        await grafana.get(PATH);
        await grafana.put(below(kind, uid), {});
        await grafana.get('/api/folders');
      }`;
    expect(missing([], { [`${ROOT}/pkg/grafana/made-up.ts`]: text })).toEqual([
      'GET /api/made-up',
      'PUT /api/made-up/a/:x',
      'PUT /api/made-up/b/:x',
    ]);
  },
  WAIT,
);

deeply(
  'refuses a call whose path cannot be found out',
  () => {
    const text = `
      import { GrafanaClient } from './http/client.ts';
      export const any = (grafana: GrafanaClient, path: string): Promise<unknown> => grafana.get(path);`;
    expect(() => missing([], { [`${ROOT}/pkg/grafana/made-up.ts`]: text })).toThrow('made-up.ts:3: cannot find out');
  },
  WAIT,
);
