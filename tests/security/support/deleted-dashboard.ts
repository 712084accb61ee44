import { call } from '../../simulator/http.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

/** A service that has backed up before and after someone deleted a dashboard. */
export interface DeletedDashboard {
  service: TestService;
  /** Snapshots. */
  before: string;
  after: string;
  /** Uid of the dashboard. */
  deleted: string;
  /** Of dashboards that pages show as deleted between the two, after they have read the history of runs again. */
  shownDeleted(): Promise<string[]>;
  /** Starts the service again after it was stopped. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Grafana and the service. */
export async function deletedDashboard(): Promise<DeletedDashboard> {
  const grafana = await startGrafana({ profile: '13.2' });
  grafana.seedDashboards({ count: 4, folders: 1, v2Share: 0 });
  let service = await startService({ grafanaUrl: grafana.url });
  const ran = async (kind: string): Promise<Record<string, unknown>> => {
    const { json } = await service.call('POST', '/runs', { kind });
    return service.ended(json.id);
  };
  const before = String((await ran('backup'))['snapshot']);
  const { json } = await service.call('GET', `/snapshots/${before}/resources?kind=dashboard`);
  const deleted = String(json.items[0].uid);
  await call(grafana, 'admin:admin', `DELETE /api/dashboards/uid/${deleted}`);
  const after = String((await ran('backup'))['snapshot']);
  return {
    get service() {
      return service;
    },
    before,
    after,
    deleted,
    async shownDeleted() {
      // The end of a run makes the history be read again.
      await ran('verify');
      const path = `/diff?from=${before}&to=${after}&change=removed&kind=dashboard&hideRestored=true`;
      const { json: diff } = await service.call('GET', path);
      return diff.items.map(({ uid }: { uid: string }) => uid);
    },
    async restart() {
      service = await startService({ grafanaUrl: grafana.url, directory: service.directory });
      await ran('verify');
    },
    async close() {
      await service.stop();
      await grafana.close();
      await removeDirectory(service.directory);
    },
  };
}
