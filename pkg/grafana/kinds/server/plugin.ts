import { reason } from '../../../contract/reasons/catalogue.ts';
import { stringAt, type JsonObject } from '../../../lib/json/json.ts';
import type { Content } from '../content.ts';
import type { KindDefinition } from '../definition.ts';
import { installedPlugins, OWN_PLUGIN } from './installed-plugins.ts';

/**
 * What is installed besides what comes with Grafana, archived only: type, version and signature, so that a plan names
 * what to install first, and a comparison what an upgrade changed. The uid is the plugin's id. Grafana calls the
 * signature of its core plugins `internal` (plugins/models.go SignatureStatusInternal); their version is Grafana's.
 */
export const plugin: KindDefinition = {
  name: 'plugin',
  declaration: {
    plural: 'Installed plugins',
    scope: 'org',
    restored: 'no',
    identity: 'not restored: a plan lists the plugins to install',
    lost: ['the plugin itself: install it first'],
    minimumVersion: '10.4',
    rights: ['datasources:create (or plugins:install), so that all plugins are listed'],
  },
  dependsOn: [],
  writes: 'serial',

  async *list(context) {
    for (const item of await installedPlugins(context)) {
      const uid = stringAt(item, 'id') ?? '';
      if (stringAt(item, 'signature') !== 'internal') {
        const content = contentOf(item);
        yield { uid, title: content.title, content };
      }
    }
  },

  async read(context, { uid }) {
    const found = (await installedPlugins(context)).find((item) => stringAt(item, 'id') === uid);
    return found === undefined || stringAt(found, 'signature') === 'internal' ? undefined : contentOf(found);
  },

  references: () => [],

  async forecast(_, { uid, content, live }) {
    if (uid === OWN_PLUGIN) {
      return { losses: [], skip: reason('archived') };
    }
    const version = versionOf(content);
    const here = live === undefined ? undefined : versionOf(live);
    const skip =
      here === undefined ? reason('install-first', { version }) : reason('plugin-version', { version, here });
    return { losses: [], skip };
  },
};

/** What the list says of a plugin that stays the same as long as it is not replaced. */
const FACTS = ['type', 'signature', 'signatureType', 'signatureOrg'];

function contentOf(item: JsonObject): Content {
  const facts = FACTS.map((name) => [name, stringAt(item, name) ?? ''] as const).filter(([, value]) => value !== '');
  const version = stringAt(item, 'info', 'version') ?? '';
  return { body: { ...Object.fromEntries(facts), version }, title: stringAt(item, 'name') ?? '' };
}

function versionOf({ body }: Content): string {
  return stringAt(body, 'version') ?? '';
}
