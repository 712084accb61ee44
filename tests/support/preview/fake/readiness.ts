import type {
  ConfirmationRequest,
  Readiness,
  ReadinessItem,
  SavedFile,
} from '../../../../pkg/contract/api/readiness.ts';
import type { RunKind } from '../../../../pkg/contract/runs.ts';
import { readinessOf } from '../../../../pkg/service/readiness/lines/lines.ts';
import type { Call } from './call.ts';
import type { FakeState } from './state.ts';

const PLUGIN: ReadinessItem = {
  org: 1,
  kind: 'plugin',
  uid: 'grafana-lokiexplore-app',
  title: 'Logs Drilldown',
  detail: '1.0.34',
};
const SECRETS: ReadinessItem[] = [
  { org: 1, kind: 'data-source', uid: 'prometheus', title: 'Prometheus', detail: 'basicAuthPassword' },
  { org: 1, kind: 'contact-point', uid: 'on-call', title: 'on-call', detail: 'slack.url' },
];

/** The service's own judgement of made-up facts. */
export function readiness(state: FakeState): Readiness {
  const [newest] = state.snapshots;
  const complete = state.snapshots.find(({ shrunk }) => shrunk === undefined);
  const last = (kind: RunKind) => state.runs.find((run) => run.kind === kind && run.status === 'complete');
  return readinessOf({
    now: new Date(),
    home: true,
    overlooked: [],
    grafana: { reachable: true, version: '12.4.0' },
    schedule: {
      job: 'backup',
      expression: '0 */2 * * *',
      timezone: 'UTC',
      intervalSeconds: 7200,
      next: [new Date(Date.now() + 3_600_000).toISOString()],
    },
    confirmations: {},
    about: { 'second-copy': 'made-up', 'private-key': 'made-up', secrets: 'made-up' },
    repository: {
      newest: newest && { ...newest, hold: newest.hold ?? null },
      complete: complete && { ...complete, hold: complete.hold ?? null },
      manifest: { kinds: { plugin: {} } } as never,
      coverage: { whole: true, parts: [{ code: 'covers-kinds', params: { read: '24', existing: '24' } }], advice: [] },
      findings: [],
      runs: { backup: last('backup'), verify: last('verify'), drill: last('drill') },
      protection: { versioning: true, objectLock: false, expiring: [] },
      encrypted: true,
      latecomers: [],
      notEntered: [],
      needed: {
        secrets: { items: SECRETS, elsewhere: 0, all: [] },
        plugins: { items: [PLUGIN], elsewhere: 0, all: [] },
      },
    } as never,
    ...state.readiness,
  });
}

export function confirmReadiness({ state, body }: Call): Readiness {
  const { line } = body as ConfirmationRequest;
  const given = { time: new Date().toISOString(), by: 'ada', about: 'made-up' };
  state.readiness.confirmations = { ...state.readiness.confirmations, [line]: given };
  return readiness(state);
}

export function periodReport(query: URLSearchParams): SavedFile {
  const [from, to] = ['from', 'to'].map((name) => query.get(name)?.slice(0, 10));
  const format = query.get('format') ?? 'html';
  return { name: `backup-report-${from}-${to}.${format}`, type: `text/${format}`, text: '"what"' };
}

export function recoveryKit(): SavedFile {
  return { name: 'recovery-kit-2026-01-01.html', type: 'text/html', text: '<h1>Recovery kit</h1>' };
}
