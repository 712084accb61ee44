import { createHash } from 'node:crypto';
import { DashkeepError } from '../../../contract/errors.ts';
import {
  arrayAt,
  canonicalJson,
  isJsonObject,
  objectAt,
  stringAt,
  type Json,
  type JsonObject,
} from '../../../lib/json/json.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { alertingServed, readAlertingList, writeAlerting } from '../../alerting.ts';
import { ifFound } from '../../http/errors.ts';
import type { Kind, KindContext } from '../kind.ts';
import type { Content } from '../content.ts';

const SILENCES = '/api/alertmanager/grafana/api/v2/silences';
const SILENCE = '/api/alertmanager/grafana/api/v2/silence';

/**
 * Silences that are still live (active or pending); an expired one silences nothing. Grafana gives every silence that
 * it creates a new id, so the uid here is a hash of what it says: restoring twice finds the first one and makes no
 * second. The start is left out of the hash, because the Alertmanager moves a start that is in the past to now
 * (silence.go: "if sil.StartsAt.Before(now) { sil.StartsAt = now }").
 */
export const silence: Kind = {
  name: 'silence',
  declaration: {
    plural: 'Silences',
    scope: 'org',
    restored: 'partly',
    identity: 'new ID',
    lost: ['ID', 'start, if it is in the past', 'expired silences'],
    minimumVersion: '10.4',
    rights: ['alert.silences:read, or alert.instances:read'],
  },
  dependsOn: ['alert-rule-group'],
  writes: 'serial',
  needs: { feature: 'unifiedAlertingEnabled' },
  serves: alertingServed,

  async *list(context) {
    for (const [uid, { content }] of await liveSilences(context)) {
      yield { uid, title: content.title, content };
    }
  },

  async read(context, { uid }) {
    return (await liveSilences(context)).get(uid)?.content;
  },

  references: () => [],
  uidOf: (content) => hashOf(objectAt(content.body) ?? {}),

  comparable(body) {
    const { startsAt: _, ...rest } = objectAt(body) ?? {};
    return { ...rest, matchers: sortedMatchers(rest) };
  },

  async forecast(context, item) {
    const end = stringAt(item.content.body, 'endsAt') ?? '';
    return Date.parse(end) <= context.clock.now().getTime()
      ? { losses: [], skip: reason('silence-ended', { end }) }
      : { losses: [reason('id-new'), reason('start-new')] };
  },

  async write(context, item) {
    // Distinguished by what they say: one that is live already is the same silence.
    await writeAlerting(context, async () => {
      if (!(await liveSilences(context)).has(item.uid)) {
        await context.grafana.post(SILENCES, item.content.body, { signal: context.signal });
      }
    });
    return { uid: item.uid, losses: [] };
  },

  async remove(context, uid) {
    const id = (await liveSilences(context)).get(uid)?.id;
    if (id !== undefined) {
      const path = `${SILENCE}/${encodeURIComponent(id)}`;
      await writeAlerting(context, () => ifFound(context.grafana.delete(path, { signal: context.signal })));
    }
  },
};

interface LiveSilence {
  id: string;
  content: Content;
}

/** By hash; silences that say the same count once. */
async function liveSilences(context: KindContext): Promise<Map<string, LiveSilence>> {
  const found = new Map<string, LiveSilence>();
  for (const item of await readAlertingList(context, SILENCES)) {
    const state = stringAt(item, 'status', 'state');
    const id = stringAt(item, 'id');
    if (state === undefined || id === undefined) {
      throw new DashkeepError('DK_GRAFANA_ANSWER', `GET ${SILENCES}: a silence has no id or state`);
    }
    const uid = hashOf(item);
    if (state !== 'expired' && !found.has(uid)) {
      found.set(uid, { id, content: contentOf(item, id) });
    }
  }
  return found;
}

function hashOf(item: JsonObject): string {
  const says: Json = {
    matchers: sortedMatchers(item),
    endsAt: item['endsAt'] ?? '',
    createdBy: item['createdBy'] ?? '',
    comment: item['comment'] ?? '',
  };
  return createHash('sha256').update(canonicalJson(says)).digest('hex').slice(0, 20);
}

/** The order of matchers means nothing. */
function sortedMatchers(item: JsonObject): Json[] {
  return [...(arrayAt(item, 'matchers') ?? [])].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

function contentOf(item: JsonObject, id: string): Content {
  const body: JsonObject = {};
  for (const name of ['matchers', 'startsAt', 'endsAt', 'createdBy', 'comment']) {
    const value = item[name];
    if (value !== undefined) {
      body[name] = value;
    }
  }
  return { body, title: titleOf(item), facts: { id } };
}

function titleOf(item: JsonObject): string {
  const comment = stringAt(item, 'comment') ?? '';
  const matchers = (arrayAt(item, 'matchers') ?? []).filter(isJsonObject);
  const text = matchers.map((matcher) => `${matcher['name']}${operatorOf(matcher)}${matcher['value']}`).join(', ');
  return comment === '' ? text : `${comment} (${text})`;
}

function operatorOf(matcher: JsonObject): string {
  const equal = matcher['isEqual'] !== false;
  return matcher['isRegex'] === true ? (equal ? '=~' : '!~') : equal ? '=' : '!=';
}
