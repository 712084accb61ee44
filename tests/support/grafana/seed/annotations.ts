import type { Simulator } from '../simulator.ts';

const T0 = Date.parse('2026-03-01T00:00:00Z');
/** No dashboard has it: Grafana counts the annotation and shows it to no one. */
const GONE = 'gone';

/** An annotation; its text is `note` and its number. */
export interface Note {
  /** Number of the dashboard; -1 for the organization, undefined for a dashboard that is gone. */
  on: number | undefined;
  /** Milliseconds after the first of March. */
  time: number;
  length?: number;
  text?: string;
}

/** Uid of the dashboard with that number. */
export function numbered(index: number): string {
  return `d${String(index).padStart(5, '0')}`;
}

/** Gives the first organization that many dashboards, in the order in which Grafana looks at them, and no others. */
export function replaceDashboards(sim: Simulator, count: number): void {
  const { dashboards, annotations } = sim.state.org(1);
  annotations.clear();
  if (dashboards.size === 0) {
    sim.seedDashboards({ count: 1, bytes: 100 });
  }
  const [sample] = dashboards.values();
  dashboards.clear();
  for (let index = 0; index < count; index++) {
    const uid = numbered(index);
    dashboards.set(uid, { ...sample!, uid, title: uid, id: index + 1, folderUid: '' });
  }
}

/** Gives the first organization these annotations and no others. */
export function replaceAnnotations(sim: Simulator, notes: readonly Note[]): void {
  const { annotations } = sim.state.org(1);
  annotations.clear();
  notes.forEach(({ on, time, length = 0, text = `note ${annotations.size}` }, index) => {
    annotations.set(index + 1, {
      id: index + 1,
      dashboardUid: on === undefined ? GONE : on < 0 ? '' : numbered(on),
      panelId: 0,
      userId: 1,
      login: 'admin',
      time: T0 + time,
      timeEnd: T0 + time + length,
      text,
      tags: [],
      data: {},
      alertName: '',
      created: T0,
      updated: T0,
    });
  });
}

/** What a list has to hold of these. */
export function textsOf(notes: readonly Note[]): string[] {
  return notes.flatMap(({ on, text }, index) => (on === undefined ? [] : [text ?? `note ${index}`])).sort();
}
