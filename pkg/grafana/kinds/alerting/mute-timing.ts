import { objectAt } from '../../../lib/json/json.ts';
import { provisioningPath } from '../../alerting.ts';
import { namedKind } from './named.ts';

const PATH = 'mute-timings';

/**
 * Mute timings (time intervals); the name is the identity. A PUT of one that is not there changes nothing and reports
 * nobody in older versions (ngalert mute_timings.go UpdateMuteTiming), so creating is a POST. The `version` lock is
 * optional.
 */
export const muteTiming = namedKind({
  name: 'mute-timing',
  manyReferences: true,
  plural: 'Mute timings',
  path: PATH,

  async send({ grafana, signal }, { item, headers, attempt, stored }) {
    const body = { ...objectAt(item.content.body), name: item.uid };
    if (item.live !== undefined || (attempt > 1 && (await stored()))) {
      return grafana.put(provisioningPath(PATH, item.uid), body, { headers, signal });
    }
    return grafana.post(provisioningPath(PATH), body, { headers, signal });
  },
});
