import { RawText, type Json, type JsonObject } from '../../../pkg/lib/json/json.ts';
import { addDashboard, contentOf } from '../../support/grafana/dashboards.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';

const MB = 1_000_000;
const SECOND = 1000;
const BEGIN = Date.UTC(2026, 0, 1);

/** What makes a resource large: one text, or empty objects, whose values take twenty times as much. */
export type Ballast = (megabytes: number) => Json;

export const text: Ballast = (megabytes) => 'x'.repeat(megabytes * MB);
/** With one character that takes two bytes, and so does each other one then. */
export const wide: Ballast = (megabytes) => `€${'x'.repeat(megabytes * MB)}`;
export const dense: Ballast = (megabytes) => new RawText(`[${'{},'.repeat((megabytes * MB) / 3)}{}]`);

/** Puts things into the first organization of a simulated Grafana, past its API: one for each of the sizes. */
export type Seed = (grafana: Simulator, sizes: readonly number[], ballast: Ballast) => void;

/** The same ballast for all of one size. */
function each(sizes: readonly number[], ballast: Ballast, put: (weight: Json, number: number) => void): void {
  const known = new Map<number, Json>();
  for (const [number, size] of sizes.entries()) {
    const weight = known.get(size) ?? ballast(size);
    known.set(size, weight);
    put(weight, number);
  }
}

export const libraryPanels: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const uid = `panel-${number}`;
    const stored = state.stored(uid, 'user:1');
    const about = { name: `Panel ${number}`, folderUid: '', type: 'text', description: '' };
    state.org(1).libraryPanels.set(uid, { ...stored, ...about, model: { type: 'text', weight } });
  });

export const dashboards: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const uid = `heavy-${number}`;
    const content = contentOf({ title: `Heavy ${number}`, schemaVersion: 41, panels: [], weight }, 'v1beta1');
    addDashboard(state, state.org(1), { ...content, uid, folderUid: '', by: 'user:1', acl: [] });
  });

export const playlists: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const uid = `playlist-${number}`;
    const items = [{ type: 'dashboard_by_tag', value: String(weight) }];
    const playlist = { ...state.stored(uid, 'user:1', 'playlists'), name: `Playlist ${number}`, interval: '5m', items };
    state.org(1).playlists.set(uid, playlist);
  });

/** Their titles are large, with nothing else in them. */
export const titledPlaylists: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const uid = `playlist-${number}`;
    const about = { name: String(weight), interval: '5m', items: [] };
    state.org(1).playlists.set(uid, { ...state.stored(uid, 'user:1', 'playlists'), ...about });
  });

/** Templates are known by their names, which are large here. */
export const namedTemplates: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const name = `${number} ${String(weight)}`;
    state.org(1).alerting.templates.set(name, { name, template: 'text', provenance: '' });
  });

/** One rule in each group. */
export const alertRules: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const { alerting } = state.org(1);
    const about = { uid: `rule-${number}`, folderUid: 'alerts', group: `group-${number}`, title: `Rule ${number}` };
    const fields = { condition: 'A', data: [], annotations: { weight }, noDataState: 'OK' };
    alerting.intervals.set(`alerts/${about.group}`, 60);
    alerting.rules.set(about.uid, { id: number, ...about, fields, provenance: '', updated: BEGIN, version: 1 });
  });

function annotationsWith(about: (weight: Json) => { text: string; data: JsonObject }): Seed {
  return ({ state }, sizes, ballast) =>
    each(sizes, ballast, (weight, number) => {
      const id = state.nextId();
      const time = BEGIN + number * SECOND;
      const from = {
        userId: 1,
        login: 'admin',
        created: time,
        updated: time,
        dashboardUid: '',
        panelId: 0,
        alertName: '',
      };
      state.org(1).annotations.set(id, { id, ...from, time, timeEnd: time, tags: ['a'], ...about(weight) });
    });
}

export const annotations = annotationsWith((weight) => ({ text: String(weight), data: {} }));
/** The ballast is in their data. */
export const notes = annotationsWith((weight) => ({ text: 'a note', data: { weight } }));

export const snapshots: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const key = `snapshot-${number}`;
    addSnapshot({ state }, key, `Snapshot ${number}`, weight);
  });

/** A dashboard snapshot. */
export function addSnapshot({ state }: Pick<Simulator, 'state'>, key: string, name: string, weight: Json): void {
  const about = { id: state.nextId(), key, deleteKey: key, name, external: false };
  const times = { created: BEGIN, expires: BEGIN + 50 * 365 * 24 * 3600 * SECOND };
  state.org(1).snapshots.set(key, { ...about, ...times, dashboard: { uid: 'any', weight } });
}

export const contactPoints: Seed = ({ state }, sizes, ballast) =>
  each(sizes, ballast, (weight, number) => {
    const about = { uid: `contact-${number}`, name: `Contact ${number}`, type: 'email', provenance: '' as const };
    const settings = { addresses: 'a@example.com', weight };
    state.org(1).alerting.contactPoints.push({ ...about, settings, disableResolveMessage: false });
  });
