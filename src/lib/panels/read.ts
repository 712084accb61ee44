import { classicDashboard, classicPanel } from './classic.ts';
import { asObject, asText } from './loose.ts';
import type { StoredDashboard, StoredPanel } from './model.ts';
import { v2Dashboard } from './v2.ts';

/** The dashboard in a stored body, of either schema; of a library panel one that holds this panel alone. */
export function readDashboard(kind: string, uid: string, body: unknown): StoredDashboard {
  const object = asObject(body);
  if (kind === 'library-panel') {
    const panel = readLibraryPanel(body);
    return { ...classicDashboard({ uid }), isLibraryPanel: true, title: asText(object['name']), panels: [panel] };
  }
  const version = asText(object['apiVersion']).split('/').at(-1) ?? '';
  return version.startsWith('v2') ? v2Dashboard(uid, asObject(object['spec'])) : classicDashboard(object);
}

/** The panel that a library panel holds. */
export function readLibraryPanel(body: unknown): StoredPanel {
  const { name, type, model } = asObject(body);
  const panel = classicPanel(asObject(model));
  return {
    ...panel,
    title: panel.title || asText(name),
    type: panel.type || asText(type),
    library: undefined,
  };
}
