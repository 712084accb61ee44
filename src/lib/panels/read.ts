import { asObject, asObjects, asText, type Loose } from '../../../pkg/contract/dashboards/loose.ts';
import { classicVariable, panelOfElement, v2SpecOf } from '../../../pkg/contract/dashboards/v2.ts';
import { readClassic, readPanel } from './classic.ts';
import type { StoredDashboard, StoredPanel } from './model.ts';

/** The dashboard in a stored body, of either schema; of a library panel one that holds this panel alone. */
export function readDashboard(kind: string, uid: string, body: unknown): StoredDashboard {
  const object = asObject(body);
  if (kind === 'library-panel') {
    const panel = readLibraryPanel(body);
    return { ...readClassic({ uid }), isLibraryPanel: true, title: asText(object['name']), panels: [panel] };
  }
  const v2 = v2SpecOf(object);
  return readClassic(v2 === undefined ? object : inClassicForm(uid, v2.spec));
}

/** What of a v2 spec is drawn, by the names of the classic schema. Its uid is not part of it. */
function inClassicForm(uid: string, { title, timeSettings, variables, ...spec }: Loose): Loose {
  const time = asObject(timeSettings);
  const list = asObjects(variables).map(classicVariable);
  return { uid, title, time, timezone: time['timezone'], panels: panelsOf(spec), templating: { list } };
}

function panelsOf({ layout, elements }: Loose): Loose[] {
  const repeats = repeatsIn(layout);
  return Object.entries(asObject(elements)).map(([name, element]) => ({
    ...panelOfElement(asObject(element)),
    repeat: repeats.get(name),
  }));
}

/** Which elements of a layout are repeated, by which variable. Rows, tabs and grids may contain each other. */
function repeatsIn(layout: unknown): Map<string, string> {
  const { items, rows, tabs } = asObject(asObject(layout)['spec']);
  const found = new Map<string, string>();
  for (const { element, repeat } of asObjects(items).map(({ spec }) => asObject(spec))) {
    const variable = asText(asObject(repeat)['value']);
    if (variable !== '') {
      found.set(asText(asObject(element)['name']), variable);
    }
  }
  const groups = [...asObjects(rows), ...asObjects(tabs)].map(({ spec }) => asObject(spec)['layout']);
  return new Map([...found, ...groups.flatMap((group) => [...repeatsIn(group)])]);
}

/** The panel that a library panel holds. */
export function readLibraryPanel(body: unknown): StoredPanel {
  const { name, type, model } = asObject(body);
  const panel = readPanel(asObject(model));
  return {
    ...panel,
    title: panel.title || asText(name),
    type: panel.type || asText(type),
    library: undefined,
  };
}
