import { compact } from '../../pkg/contract/compact.ts';
import type { Simulator } from '../../tests/support/grafana/simulator.ts';

interface Named {
  uid: string;
  title: string;
}

/** What goes wrong on a bad day, done through Grafana's own API as a person's browser would. Returns what it did. */
export async function change(grafana: Simulator): Promise<string[]> {
  const token = grafana.token({ name: 'somebody', role: 'Admin' });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(
      grafana.url + path,
      compact({
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    );
    if (!answer.ok) {
      throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    }
    return (await answer.json()) as T;
  };

  const done: string[] = [];
  const [doomed] = await call<Named[]>('GET', '/api/folders');
  if (doomed !== undefined) {
    await call('DELETE', `/api/folders/${doomed.uid}?forceDeleteRules=true`);
    done.push(`the folder “${doomed.title}” is deleted with everything in it`);
  }
  const found = await call<Named[]>('GET', '/api/search?type=dash-db&limit=50');
  for (const { uid, title } of found) {
    const { dashboard, meta } = await call<{ dashboard: Record<string, unknown>; meta: Record<string, unknown> }>(
      'GET',
      `/api/dashboards/uid/${uid}`,
    );
    if (!Array.isArray(dashboard['panels']) || meta['provisioned'] === true || 'managedBy' in meta) {
      continue;
    }
    await call('POST', '/api/dashboards/db', {
      dashboard: { ...dashboard, panels: [] },
      folderUid: meta['folderUid'],
      overwrite: true,
    });
    done.push(`all panels of “${title}” are gone`);
    break;
  }
  return done;
}
