import { reason, type KnownReason } from '../../../../contract/reasons/catalogue.ts';
import { stringAt } from '../../../../lib/json/json.ts';
import type { Restorable, WriteContext } from '../../kind.ts';
import { installedPlugins } from '../../server/installed-plugins.ts';

/** Types that Grafana's core plugins had before they were renamed (`aliasIDs` in their plugin.json). */
const FORMER_TYPES: ReadonlySet<string | undefined> = new Set(['postgres', 'testdata', 'phlare']);

/** Says that the plugin is missing: Grafana takes a data source of any type, but no query works without its plugin. */
export async function missingPlugin(context: WriteContext, { content }: Restorable): Promise<KnownReason[]> {
  const type = stringAt(content.body, 'type');
  if (type === undefined || FORMER_TYPES.has(type)) {
    return [];
  }
  const plugins = await installedPlugins(context);
  return plugins.some((one) => stringAt(one, 'id') === type) ? [] : [reason('needs-plugin', { plugin: type })];
}
