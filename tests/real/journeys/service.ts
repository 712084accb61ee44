import { until } from '../grafana.ts';
import { json, type Journey } from '../journey.ts';
import { once } from 'node:events';
import { freePort } from '../../support/servers/listening.ts';

const API_TOKEN = 'only-for-this-suite-and-this-run';

interface Run {
  id: string;
  status: string;
}

interface Status {
  token: { state: string; orgs: { id: number; state: string }[] };
  grafana: { reachable: boolean };
}

export const bootstrap: Journey = {
  name: 'bootstrap',
  title: 'The service makes its own tokens, backs up with them, and makes new ones when they are gone',
  async run(stage) {
    await stage.fill();
    const made = await stage.product.run(['bootstrap', '--json']);
    stage.checkExit('bootstrap', made);
    const { orgs } = json<{ orgs: { org: number; minted: boolean }[] }>(made);
    stage.check('there is a token for each organization', orgs.length === 2 && orgs.every(({ minted }) => minted), [
      JSON.stringify(orgs),
    ]);
    const again = json<{ orgs: { minted: boolean }[] }>(await stage.product.run(['bootstrap', '--json']));
    stage.check(
      'a second bootstrap makes none',
      again.orgs.every(({ minted }) => !minted),
      [JSON.stringify(again)],
    );

    const url = `http://127.0.0.1:${await freePort()}`;
    const service = stage.product.start(['serve'], {
      DASHKEEP_LISTEN: new URL(url).host,
      DASHKEEP_OPS_LISTEN: 'off',
      DASHKEEP_API_TOKEN: API_TOKEN,
      DASHKEEP_SCHEDULE: 'off',
    });
    service.stdout?.resume();
    service.stderr?.resume();
    try {
      await until('the service', 60, async () => (await status(url)).grafana.reachable);
      // The service tries its token soon after it has started.
      const isValid = async (): Promise<boolean> => (await status(url)).token.state === 'valid';
      await until('a valid token', 120, isValid).catch(() => undefined);
      stage.check('it reaches Grafana with a valid token', await isValid(), [
        JSON.stringify((await status(url)).token),
      ]);
      stage.check('a backup completes', (await backUp(url)) === 'complete', ['see the run of the service']);

      // What happens to a Grafana whose database is restored: the accounts of the tokens are gone.
      for (const org of orgs.map((one) => one.org)) {
        const found = await stage.grafana
          .in(org)
          .get<{ serviceAccounts: { id: number; name: string }[] }>('/api/serviceaccounts/search?perpage=1000');
        for (const { id } of found.serviceAccounts.filter(({ name }) => /dashkeep/i.test(name))) {
          await stage.grafana.in(org).delete(`/api/serviceaccounts/${id}`);
        }
      }
      const outcome = await backUp(url);
      stage.check(
        'after its accounts were deleted it makes new tokens and completes a backup',
        outcome === 'complete',
        [`the run is ${outcome}, token ${JSON.stringify((await status(url)).token)}`],
      );
    } finally {
      service.kill();
      await once(service, 'close');
    }
    for (const org of orgs.map((one) => one.org)) {
      const found = await stage.grafana
        .in(org)
        .get<{ serviceAccounts: { id: number; name: string }[] }>('/api/serviceaccounts/search?perpage=1000');
      for (const { id } of found.serviceAccounts.filter(({ name }) => /dashkeep/i.test(name))) {
        await stage.grafana.in(org).delete(`/api/serviceaccounts/${id}`);
      }
    }
  },
};

async function call<T>(url: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${API_TOKEN}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`${method} ${path} of the service answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as T;
}

function status(url: string): Promise<Status> {
  return call<Status>(url, 'GET', 'status');
}

/** Starts a backup and returns what it came to. */
async function backUp(url: string): Promise<string> {
  const { id } = await call<Run>(url, 'POST', 'runs', { kind: 'backup' });
  let last = '';
  await until('the run of the service', 600, async () => {
    last = (await call<Run>(url, 'GET', `runs/${id}`)).status;
    return !['queued', 'running'].includes(last);
  });
  return last;
}
