import { arrayAt, isJsonObject, stringAt, type JsonObject } from '../../../../../pkg/contract/json.ts';
import type { Silence } from '../../alerting/model.ts';
import { Reply, type Call } from '../../call.ts';
import { problem } from '../../problems.ts';
import type { Router } from '../../router.ts';

const PATH = '/api/alertmanager/grafana/api/v2';

export function silenceRoutes(router: Router): void {
  router.on(`GET ${PATH}/silences`, (call) => [...silencesOf(call).values()].map((silence) => shown(call, silence)));
  router.on(`GET ${PATH}/silence/:id`, (call) => shown(call, find(call)));
  router.on(`DELETE ${PATH}/silence/:id`, (call) => {
    call.require(['alert.silences:write', 'alert.instances:write']);
    const silence = find(call);
    silence.endsAt = Math.min(silence.endsAt, call.state.now());
    return { message: 'silence deleted' };
  });
  router.on(`POST ${PATH}/silences`, (call) => {
    call.require(['alert.silences:create', 'alert.instances:write']);
    return new Reply(202, { silenceID: create(call, call.json()).id });
  });
}

function silencesOf(call: Call): Map<string, Silence> {
  call.require(['alert.silences:read', 'alert.instances:read']);
  if (call.state.now() < call.org.created + call.tuning.alertingWarmUpMs) {
    throw problem(404, 'Alertmanager does not exist for this organization');
  }
  return call.org.alerting.silences;
}

function find(call: Call): Silence {
  const silence = silencesOf(call).get(call.param('id'));
  if (silence === undefined) {
    throw problem(404, 'silence not found');
  }
  return silence;
}

/** A new silence, whatever is there already; with an id the one of that id. */
function create(call: Call, sent: JsonObject): Silence {
  const silences = silencesOf(call);
  const id = stringAt(sent, 'id') ?? '';
  const now = call.state.now();
  const endsAt = Date.parse(stringAt(sent, 'endsAt') ?? '');
  const startsAt = Date.parse(stringAt(sent, 'startsAt') ?? '');
  const matchers = (arrayAt(sent, 'matchers') ?? []).filter(isJsonObject);
  if (Number.isNaN(endsAt) || Number.isNaN(startsAt) || endsAt <= now || matchers.length === 0) {
    throw problem(400, "unable to create silence: end time can't be in the past, and a matcher is needed");
  }
  if (id !== '' && !silences.has(id)) {
    throw problem(404, 'silence not found');
  }
  const silence: Silence = {
    id: id === '' ? `${call.state.random.id(8)}-${call.state.random.id(4)}-${call.state.random.id(12)}` : id,
    // A start that lies in the past becomes now, as in the Alertmanager.
    startsAt: Math.max(startsAt, now),
    endsAt,
    updatedAt: now,
    createdBy: stringAt(sent, 'createdBy') ?? '',
    comment: stringAt(sent, 'comment') ?? '',
    matchers: matchers.map((matcher) => ({ isEqual: true, isRegex: false, ...matcher })),
  };
  silences.set(silence.id, silence);
  return silence;
}

function shown(call: Call, silence: Silence): JsonObject {
  const now = call.state.now();
  const state = silence.endsAt <= now ? 'expired' : silence.startsAt > now ? 'pending' : 'active';
  return {
    id: silence.id,
    status: { state },
    updatedAt: new Date(silence.updatedAt).toISOString(),
    matchers: silence.matchers,
    startsAt: new Date(silence.startsAt).toISOString(),
    endsAt: new Date(silence.endsAt).toISOString(),
    createdBy: silence.createdBy,
    comment: silence.comment,
  };
}
