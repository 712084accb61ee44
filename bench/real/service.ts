import { setTimeout as wait } from 'node:timers/promises';
import type { DiffPage } from '../../pkg/contract/api/diff.ts';
import type { RestorePlan, RestoreRequest } from '../../pkg/contract/api/restores.ts';
import { Service } from '../tools/service.ts';
import { benchUid } from './fill.ts';
import type { RealGrafana } from './grafana.ts';
import { dashkeepEnvironment } from './environment.ts';
import { whilePeopleRead } from './person.ts';
import { SCENARIOS, type RealResult } from './rows.ts';

const POLL_MS = 100;
/** Without these, a list of changes is of little use. */
const USEFUL = new Set(['dashboard', 'folder', 'alert-rule-group']);

/** How long each took, in seconds, after the changes that `edit` makes. */
interface Work {
  /** The target of the service: a repository that a backup has filled. */
  directory: string;
  uids: readonly string[];
  edit: (round: number) => Promise<void>;
  add: (result: RealResult) => void;
}

/** Does, one after the other, what people do in the app, while others open dashboards. */
export async function measureService(grafana: RealGrafana, { directory, uids, edit, add }: Work): Promise<void> {
  const service = await Service.start({
    environment: dashkeepEnvironment(grafana, directory, 'all'),
  });
  const during = async (scenario: string, work: () => Promise<unknown>): Promise<void> => {
    const started = performance.now();
    const { result, p95 } = await whilePeopleRead(grafana, uids, async () => {
      await work();
      return (performance.now() - started) / 1000;
    });
    add({ scenario, seconds: result, p95 });
  };
  try {
    const oldest = await newestSnapshot(service);
    await edit(2);
    let first = 0;
    await during(SCENARIOS.compared, async () => {
      first = await compare(service);
    });
    add({ scenario: SCENARIOS.firstCompared, seconds: first });
    await during(SCENARIOS.backupNow, () => service.backup());
    const one: RestoreRequest = {
      snapshot: oldest,
      selection: { type: 'resources', resources: [{ org: 1, kind: 'dashboard', uid: benchUid(0) }] },
      options: { overwrite: true },
    };
    let planned: RestorePlan | undefined;
    await during(SCENARIOS.planOne, async () => {
      planned = await plan(service, one);
    });
    await during(SCENARIOS.restoreOne, () => apply(service, planned));
    await during(SCENARIOS.planAll, () =>
      plan(service, { snapshot: oldest, selection: { type: 'everything' }, options: { overwrite: true } }),
    );
    await during(SCENARIOS.search, () => service.call('GET', '/search?q=Bench%20edited'));
  } finally {
    await service.stop();
  }
}

async function newestSnapshot(service: Service): Promise<string> {
  const { items } = (await service.call('GET', '/snapshots?limit=1')) as { items: { id: string }[] };
  return items[0]?.id ?? '';
}

/** Compares with Grafana until all is read. Returns the seconds until the first useful list. */
async function compare(service: Service): Promise<number> {
  const started = performance.now();
  let first: number | undefined;
  for (let refresh = '&refresh=true'; ; refresh = '') {
    const page = (await service.call('GET', `/diff?from=latest&to=live&partial=true${refresh}`)) as DiffPage;
    if (first === undefined && !page.reading?.pending.some((kind) => USEFUL.has(kind))) {
      first = (performance.now() - started) / 1000;
    }
    if (page.reading === undefined) {
      return first ?? 0;
    }
    await wait(POLL_MS);
  }
}

async function plan(service: Service, request: RestoreRequest): Promise<RestorePlan> {
  let plan = (await service.call('POST', '/restores?wait=false', request)) as RestorePlan;
  while (plan.state === 'planning') {
    await wait(POLL_MS);
    plan = (await service.call('GET', `/restores/${plan.id}`)) as RestorePlan;
  }
  return plan;
}

/** @throws when the restore does not end well. */
async function apply(service: Service, plan: RestorePlan | undefined): Promise<void> {
  const { id } = (await service.call('POST', `/restores/${plan?.id}/apply`, { confirm: plan?.confirm })) as {
    id: string;
  };
  await service.ended(id);
}
