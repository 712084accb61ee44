import { arrayAt, stringAt, type Json, type JsonObject } from '../../../../../pkg/lib/json/json.ts';
import { can } from '../../access.ts';
import type { Call } from '../../http/call.ts';
import { serveK8s, specOf } from '../../k8s/k8s.ts';
import type { K8sKind } from '../../k8s/kind.ts';
import type { Playlist } from '../../model/content.ts';
import { k8sStatus, problem } from '../../http/problems.ts';
import type { Router } from '../../http/router.ts';

export function playlistRoutes(router: Router): void {
  router.on('GET /api/playlists', (call) => {
    call.require('playlists:read');
    const text = (call.query.get('query') ?? '').toLowerCase();
    return [...call.org.playlists.values()]
      .filter((playlist) => playlist.name.toLowerCase().includes(text))
      .slice(0, call.number('limit', 1000))
      .map(({ id, uid, name, interval }) => ({ id, uid, name, interval }));
  });
  router.on('GET /api/playlists/:uid', (call) => dto(find(call, 'playlists:read')));
  router.on('GET /api/playlists/:uid/items', (call) => itemsDto(find(call, 'playlists:read')));
  router.on('POST /api/playlists', (call) => {
    call.require('playlists:write');
    // A uid in the body is not taken: every playlist gets a new one.
    const uid = call.state.newUid();
    const playlist = { ...call.state.stored(uid, call.author, 'playlists'), ...fieldsOf(call.json(), 'name') };
    call.org.playlists.set(uid, playlist);
    return dto(playlist);
  });
  router.on('PUT /api/playlists/:uid', (call) => {
    const playlist = find(call, 'playlists:write');
    Object.assign(playlist, fieldsOf(call.json(), 'name'));
    call.state.touch(playlist, call.author, 'playlists');
    return dto(playlist);
  });
  router.on('DELETE /api/playlists/:uid', (call) => {
    remove(call, find(call, 'playlists:write'));
    return {};
  });
  serveK8s(router, KIND);
}

const KIND: K8sKind<Playlist> = {
  group: 'playlist.grafana.app',
  resource: 'playlists',
  kind: 'Playlist',
  staleStatus: 409,
  items: (org) => org.playlists,
  size: (playlist) => 500 + playlist.items.length * 60,
  annotations: () => ({}),
  members: ({ name, interval, items }) => `"spec":${JSON.stringify({ title: name, interval, items })},"status":{}`,
  allowed: (call, verb) => can(call.identity, verb === 'list' || verb === 'get' ? 'playlists:read' : 'playlists:write'),
  create(call, name, object) {
    const playlist = { ...call.state.stored(name, call.author, 'playlists'), ...specFields(object) };
    call.org.playlists.set(name, playlist);
    return playlist;
  },
  replace(call, playlist, object) {
    Object.assign(playlist, specFields(object));
    call.state.touch(playlist, call.author, 'playlists');
  },
  remove,
};

function remove({ org, state, author }: Call, playlist: Playlist): void {
  org.playlists.delete(playlist.uid);
  state.keepDeleted(org, 'playlists', playlist, author);
}

function specFields(object: JsonObject): Pick<Playlist, 'name' | 'interval' | 'items'> {
  const fields = fieldsOf(specOf(object), 'title');
  if (fields.name === '') {
    throw k8sStatus(400, 'BadRequest', 'playlist title is required');
  }
  return fields;
}

function fieldsOf(body: JsonObject, title: 'name' | 'title'): Pick<Playlist, 'name' | 'interval' | 'items'> {
  return {
    name: stringAt(body, title) ?? '',
    interval: stringAt(body, 'interval') ?? '5m',
    items: (arrayAt(body, 'items') ?? []).map((item: Json) => ({
      type: stringAt(item, 'type') ?? '',
      value: stringAt(item, 'value') ?? '',
    })),
  };
}

function find(call: Call, action: string): Playlist {
  call.require(action);
  const playlist = call.org.playlists.get(call.param('uid'));
  if (playlist === undefined) {
    throw problem(404, 'Playlist not found');
  }
  return playlist;
}

function itemsDto(playlist: Playlist): JsonObject[] {
  return playlist.items.map((item, index) => ({ id: index + 1, order: index + 1, title: '', ...item }));
}

function dto(playlist: Playlist): JsonObject {
  const { id, uid, name, interval } = playlist;
  return { id, uid, name, interval, items: itemsDto(playlist) };
}
