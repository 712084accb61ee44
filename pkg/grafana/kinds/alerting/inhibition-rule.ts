import { objectAt, stringAt, type Json } from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { alertingServed, readAlerting, writeAlerting } from '../../alerting.ts';
import { annotationOf, apisPath, createOrReplace, factsOf, lacksResource, nameOf, usableVersions } from '../../apis.ts';
import { listPages } from '../../http/pagination/pages.ts';
import { ifFound } from '../../http/errors.ts';
import { LOST_PROVENANCE, forecastByProvenance, originOf } from '../../provenance.ts';
import type { Kind, KindContext, Serving } from '../kind.ts';
import type { Content } from '../content.ts';

const GROUP = 'notifications.alerting.grafana.app';
const VERSION = 'v1beta1';
const RESOURCE = 'inhibitionrules';
const PAGE = 500;

/** Inhibition rules: Grafana 13, under `/apis` only (terraform-provider-grafana apps_notifications_inhibitionrule). */
export const inhibitionRule: Kind = {
  name: 'inhibition-rule',
  declaration: {
    plural: 'Inhibition rules',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: ['author and dates', LOST_PROVENANCE],
    minimumVersion: '13.1',
    rights: ['alert.notifications.inhibition-rules:read'],
  },
  dependsOn: [],
  writes: 'serial',
  deletable: true,
  needs: { feature: 'unifiedAlertingEnabled', version: [13, 1] },
  serves,

  async *list(context) {
    const pages = listPages(context.grafana, pathOf(context), { limit: PAGE, signal: context.signal });
    for await (const { items } of pages) {
      for (const item of items) {
        const content = contentOf(item);
        yield { uid: content.title, title: content.title, content };
      }
    }
  },

  async read(context, { uid }) {
    const found = await ifFound(readAlerting(context, pathOf(context, uid)));
    return found === undefined ? undefined : contentOf(found);
  },

  references: () => [],

  copy(content, uid) {
    return { ...content, title: uid };
  },

  async forecast(context, item) {
    const serving = await serves(context);
    return serving.served ? forecastByProvenance(context, item) : { losses: [], blocked: serving.reason };
  },

  async write(context, item) {
    const { grafana, signal } = context;
    const object = {
      apiVersion: `${GROUP}/${VERSION}`,
      kind: 'InhibitionRule',
      metadata: { name: item.uid },
      spec: objectAt(item.content.body, 'spec') ?? {},
    };
    await writeAlerting(context, async (attempt) => {
      const stored =
        item.live !== undefined ||
        (attempt > 1 && (await ifFound(grafana.get(pathOf(context, item.uid), { signal }))) !== undefined);
      await createOrReplace(grafana, pathOf(context), object, stored, signal);
    });
    return { uid: item.uid, losses: [] };
  },

  async remove(context, uid) {
    await writeAlerting(context, () =>
      ifFound(context.grafana.delete(pathOf(context, uid), { signal: context.signal })),
    );
  },
};

/** A group may be served without this resource. */
async function serves(context: KindContext): Promise<Serving> {
  const alerting = await alertingServed(context);
  if (!alerting.served) {
    return alerting;
  }
  const isServed =
    usableVersions(context, GROUP, [VERSION, 13, 1]).includes(VERSION) &&
    !(await lacksResource(context, GROUP, VERSION, RESOURCE));
  const { version } = context.capabilities;
  return isServed ? { served: true } : { served: false, reason: reason('version-has-none', { version }) };
}

function pathOf(context: KindContext, name?: string): string {
  const path = apisPath(GROUP, VERSION, context.namespace, RESOURCE);
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

function contentOf(object: Json): Content {
  return {
    body: { spec: objectAt(object, 'spec') ?? {} },
    title: nameOf(object),
    apiVersion: stringAt(object, 'apiVersion') ?? `${GROUP}/${VERSION}`,
    ...originOf(annotationOf(object, 'grafana.com/provenance')),
    facts: factsOf(object),
  };
}
