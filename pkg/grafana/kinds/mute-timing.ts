import { objectAt } from '../../contract/json.ts';
import { alertingServed, provisioningPath, readAlerting, readAlertingList, writeAlerting } from '../alerting.ts';
import { ifFound } from '../errors.ts';
import { copyNamed, forecastByProvenance, namedContent, provenanceHeaders, requiredString } from '../provenance.ts';
import type { Content, Kind, KindContext } from './kind.ts';

const TIMINGS = provisioningPath('mute-timings');

/**
 * Mute timings (time intervals); the name is the identity. A PUT of one that is not there changes nothing and tells
 * nobody in older versions (ngalert mute_timings.go UpdateMuteTiming), so creating is a POST. The `version` lock is
 * optional.
 */
export const muteTiming: Kind = {
  name: 'mute-timing',
  declaration: {
    plural: 'Mute timings',
    scope: 'org',
    restored: 'yes',
    identity: 'kept',
    lost: [],
    minimumVersion: '10.4',
    rights: ['alert.provisioning:read'],
  },
  dependsOn: [],
  writes: 'serial',
  serves: alertingServed,

  async *list(context) {
    for (const timing of await readAlertingList(context, TIMINGS)) {
      const name = requiredString(timing, 'name', TIMINGS);
      yield { uid: name, title: name, content: namedContent(timing, name) };
    }
  },

  read: (context, { uid }) => readTiming(context, uid),

  references: () => [],
  copy: copyNamed,
  forecast: forecastByProvenance,

  async write(context, item) {
    const { grafana, signal } = context;
    const body = { ...objectAt(item.content.body), name: item.uid };
    const headers = provenanceHeaders(item.live?.provenance);
    const one = provisioningPath('mute-timings', item.uid);
    await writeAlerting(context, async (attempt) => {
      // An earlier attempt that seemed to fail may have been stored all the same.
      const stored = item.live !== undefined || (attempt > 1 && (await readTiming(context, item.uid)) !== undefined);
      await (stored ? grafana.put(one, body, { headers, signal }) : grafana.post(TIMINGS, body, { headers, signal }));
    });
    return { uid: item.uid, losses: [] };
  },

  async remove(context, uid) {
    const headers = provenanceHeaders((await readTiming(context, uid))?.provenance);
    await writeAlerting(context, () =>
      ifFound(context.grafana.delete(provisioningPath('mute-timings', uid), { headers, signal: context.signal })),
    );
  },
};

async function readTiming(context: KindContext, name: string): Promise<Content | undefined> {
  const found = await ifFound(readAlerting(context, provisioningPath('mute-timings', name)));
  return found === undefined ? undefined : namedContent(objectAt(found) ?? {}, name);
}
