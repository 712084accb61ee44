import type { PanelPlugin } from '@grafana/data';
import { config } from '@grafana/runtime';
import { useQuery } from '@tanstack/react-query';
import { libraryPanel } from '../api/libraryPanels.ts';
import { loadVisualization } from '../lib/panels/host.ts';
import { asObject, type Loose } from '../../pkg/contract/dashboards/loose.ts';
import type { StoredPanel } from '../lib/panels/model.ts';
import { readLibraryPanel } from '../lib/panels/read.ts';

/** A panel with the visualization that draws it, and its options in the form of the installed version. */
export interface Drawable {
  plugin: PanelPlugin;
  panel: StoredPanel;
}

/** A visualization that this Grafana does not have. */
export class MissingVisualization extends Error {}

/** Where a panel comes from: `side` is a snapshot's id, or `live`. */
export interface PanelOrigin {
  org: number;
  side: string;
}

/** Loads what draws a panel, and of a library panel its content. */
export function useDrawable(panel: StoredPanel, { org, side }: PanelOrigin) {
  return useQuery({
    queryKey: ['drawable', org, side, panel],
    queryFn: async () => {
      const { library } = panel;
      const found =
        library === undefined ? panel : ownPlace(panel, readLibraryPanel(await libraryPanel(side, org, library.uid)));
      const plugin = await visualizationOf(found.type);
      return { plugin, panel: await migrated(found, plugin) };
    },
    // Both stay as they are, and a copy of a visualization would not be one.
    staleTime: Infinity,
    structuralSharing: false,
  });
}

function ownPlace({ id, title, repeat }: StoredPanel, shown: StoredPanel): StoredPanel {
  return { ...shown, id, title: title || shown.title, repeat };
}

/** @throws MissingVisualization */
async function visualizationOf(type: string): Promise<PanelPlugin> {
  const plugin = await loadVisualization(type).catch(() => undefined);
  if (plugin?.panel === undefined || plugin.panel === null) {
    throw new MissingVisualization(type);
  }
  return plugin;
}

/** Options that an older version of the visualization saved are brought up to date by itself, as in a dashboard. */
async function migrated(panel: StoredPanel, plugin: PanelPlugin): Promise<StoredPanel> {
  const { type, title, options, fieldConfig, pluginVersion, queries } = structuredClone(panel);
  const model = { id: panel.id ?? 0, type, title, options, fieldConfig, pluginVersion, targets: queries };
  const installed = plugin.meta.info.version || config.buildInfo.version;
  const isOld = installed !== pluginVersion || plugin.shouldMigrate?.(model as never) === true;
  if (plugin.onPanelMigration === undefined || !isOld) {
    return panel;
  }
  const brought: unknown = await plugin.onPanelMigration(model as never);
  return { ...panel, options: asObject(brought) satisfies Loose, fieldConfig: model.fieldConfig };
}
