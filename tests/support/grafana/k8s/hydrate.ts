import {
  isJsonObject,
  parseJson,
  stringAt,
  stringifyJson,
  type Json,
  type JsonObject,
} from '../../../../pkg/lib/json/json.ts';
import type { Dashboard, Org } from '../model/model.ts';

/** Fills the models of library panels into a dashboard that is read (Grafana before 12). */
export function hydrated(org: Org, dashboard: Dashboard, text: string): string {
  if (dashboard.libraryPanels.length === 0) {
    return text;
  }
  return eachPanel(text, (panel) => {
    const uid = stringAt(panel, 'libraryPanel', 'uid');
    const element = uid === undefined ? undefined : org.libraryPanels.get(uid);
    if (element === undefined) {
      return panel;
    }
    const { uid: own, name, type, description, generation: version } = element;
    return {
      ...element.model,
      id: panel['id'] ?? 0,
      gridPos: panel['gridPos'] ?? {},
      libraryPanel: { uid: own, name, type, description, version, meta: { connectedDashboards: 1 } },
    };
  });
}

/**
 * Takes the models of library panels out of a dashboard that is saved: the reference is kept, the rest is the
 * library's.
 */
export function stripped(text: string): string {
  return eachPanel(text, (panel) => {
    const uid = stringAt(panel, 'libraryPanel', 'uid');
    if (uid === undefined) {
      return panel;
    }
    const name = stringAt(panel, 'libraryPanel', 'name') ?? '';
    return { id: panel['id'] ?? 0, gridPos: panel['gridPos'] ?? {}, libraryPanel: { uid, name } };
  });
}

function eachPanel(text: string, change: (panel: JsonObject) => JsonObject): string {
  const spec = parseJson(text);
  return isJsonObject(spec) ? stringifyJson(changed(spec, change)) : text;
}

function changed(holder: JsonObject, change: (panel: JsonObject) => JsonObject): JsonObject {
  const panels = holder['panels'];
  if (!Array.isArray(panels)) {
    return holder;
  }
  const result: Json[] = panels.map((panel) => (isJsonObject(panel) ? change(changed(panel, change)) : panel));
  return { ...holder, panels: result };
}
