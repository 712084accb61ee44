import { randomBytes } from 'node:crypto';
import { eventually } from '../../support/ports.ts';
import { removeDirectory, startService, type TestService, type TestServiceOptions } from '../../support/service.ts';
import { openGrafana, type AttackedGrafana, type AttackedOrg, type Person, type ProxyResponse } from './grafana.ts';
import { plant, type Planted } from './plant.ts';

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<ProxyResponse>;

/** One side: an organization, what is planted in it, and its Admin calling the service through Grafana's proxy. */
export interface Side {
  org: number;
  admin: Person;
  mark: string;
  planted: Planted;
  grafana: AttackedOrg['grafana'];
  call: Call;
}

/** The home organization and another one, a service that covers both, and in each an Admin who is nothing elsewhere. */
export interface TwoOrgs {
  grafana: AttackedGrafana;
  service: TestService;
  home: Side;
  other: Side;
  /** Runs a backup as the Admin of the home organization, and gives its snapshot's id. */
  backup(): Promise<string>;
  /** A run as that side sees it, once it has ended. */
  ended(side: Side, id: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts all of it and waits until the app of both organizations knows the service. */
export async function twoOrgs(options: Partial<TestServiceOptions> = {}): Promise<TwoOrgs> {
  const grafana = await openGrafana();
  const second = await grafana.addOrg('Other');
  const marks = ['homemark', 'othermark'].map((name) => `${name}${randomBytes(3).toString('hex')}`);
  const [homeMark = '', otherMark = ''] = marks;
  const sides = [
    { org: 1, admin: await grafana.addAdmin(1, 'admin-home'), mark: homeMark, grafana: grafana.admin },
    { org: second.id, admin: second.admin, mark: otherMark, grafana: second.grafana },
  ];
  const whole: Side[] = [];
  for (const side of sides) {
    const call: Call = (method, path, body, headers) =>
      grafana.viaProxy(side.admin, side.org, method, path, { body, headers });
    whole.push({ ...side, planted: await plant(side.grafana, side.mark), call });
  }
  const [home, other] = whole as [Side, Side];
  const service = await startService({
    grafanaUrl: grafana.url,
    ...options,
    environment: {
      DASHKEEP_ORGS: 'all',
      DASHKEEP_API_TOKEN: undefined,
      GRAFANA_ADMIN_USER: grafana.user,
      GRAFANA_ADMIN_PASSWORD: grafana.password,
      ...options.environment,
    },
  });
  for (const { call, org } of whole) {
    await eventually(`the app of org ${org}`, async () => (await call('GET', '/status')).status === 200);
  }
  const ended: TwoOrgs['ended'] = async (side, id) => {
    let run: ProxyResponse | undefined;
    const isEnded = async (): Promise<boolean> => {
      const end = service.runEnd();
      run = await side.call('GET', `/runs/${id}`);
      const goesOn = run.status === 200 && ['queued', 'running'].includes(String(run.json.status));
      await (goesOn && end);
      return !goesOn;
    };
    await eventually(`the end of run ${id}`, isEnded, 180_000);
    return run?.json as Record<string, unknown>;
  };
  return {
    grafana,
    service,
    home,
    other,
    ended,
    async backup() {
      const { json } = await home.call('POST', '/runs', { kind: 'backup' });
      return String((await ended(home, json.id))['snapshot']);
    },
    async close() {
      await service.stop();
      await grafana.close();
      await removeDirectory(service.directory);
    },
  };
}
