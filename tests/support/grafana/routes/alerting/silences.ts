import { arrayAt, isJsonObject, stringAt, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { ready } from '../../alerting.ts';
import { Reply, type Call } from '../../http/call.ts';
import type { Silence } from '../../model/alerting.ts';
import { problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

const BASE = '/api/alertmanager/grafana/api/v2';

export function silenceRoutes(router: Router): void {
  router.on(`GET ${BASE}/silences`, (call) => {
    call.require(['alert.instances:read', 'alert.silences:read']);
    return [...ready(call).silences.values()].map((silence) => dto(call, silence));
  });
  router.on(`POST ${BASE}/silences`, (call) => {
    call.require(['alert.instances:write', 'alert.silences:create']);
    const body = call.json();
    const { silences } = ready(call);
    const sent = stringAt(body, 'id');
    const old = sent ? find(call, sent) : undefined;
    const silence: Silence = {
      id: old?.id ?? uuid(call),
      matchers: (arrayAt(body, 'matchers') ?? []).filter(isJsonObject),
      startsAt: stringAt(body, 'startsAt') ?? '',
      endsAt: stringAt(body, 'endsAt') ?? '',
      createdBy: stringAt(body, 'createdBy') ?? '',
      comment: stringAt(body, 'comment') ?? '',
      updatedAt: call.state.now(),
    };
    if (silence.matchers.length === 0 || !(Date.parse(silence.endsAt) > Date.parse(silence.startsAt))) {
      throw problem(400, 'invalid silence: it needs matchers, and must end after it starts');
    }
    if (Date.parse(silence.endsAt) <= call.state.now()) {
      throw problem(400, "invalid silence: end time can't be in the past");
    }
    silences.set(silence.id, silence);
    return new Reply(202, { silenceID: silence.id });
  });
  router.on(`DELETE ${BASE}/silence/:id`, (call) => {
    call.require(['alert.instances:write', 'alert.silences:write']);
    // A silence is never removed, only ended.
    find(call, call.param('id')).endsAt = new Date(call.state.now()).toISOString();
    return { message: 'silence deleted' };
  });
}

function find(call: Call, id: string): Silence {
  const silence = ready(call).silences.get(id);
  if (silence === undefined) {
    throw problem(404, 'silence not found');
  }
  return silence;
}

function uuid(call: Call): string {
  return [8, 4, 4, 4, 12].map((length) => call.state.random.id(length)).join('-');
}

function dto(call: Call, silence: Silence): JsonObject {
  const now = call.state.now();
  const state =
    Date.parse(silence.endsAt) <= now ? 'expired' : Date.parse(silence.startsAt) > now ? 'pending' : 'active';
  return { ...silence, status: { state }, updatedAt: new Date(silence.updatedAt).toISOString() };
}
