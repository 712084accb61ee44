import { objectAt, stringAt, without, type Json, type JsonObject } from '../../../../lib/json/json.ts';
import { factsOf, folderOf, managerOf, nameOf, resourceVersionOf } from '../../../apis.ts';
import type { Content } from '../../content.ts';

/** The same content placed in another folder; '' is the root. */
export function inFolder(content: Content, folderUid: string): Content {
  const { parentUid: _, ...body } = objectAt(content.body) ?? {};
  const { folderUid: __, ...rest } = content;
  return folderUid === '' ? { ...rest, body } : { ...rest, folderUid, body: { ...body, parentUid: folderUid } };
}

/** What the API of version 12 and later returns, as content. */
export function apisContent(object: Json): Content {
  const managedBy = managerOf(object);
  const liveVersion = resourceVersionOf(object);
  return contentOf(
    {
      uid: nameOf(object),
      title: stringAt(object, 'spec', 'title'),
      parentUid: folderOf(object),
      description: stringAt(object, 'spec', 'description'),
    },
    {
      facts: factsOf(object),
      ...(managedBy === undefined ? {} : { managedBy }),
      ...(liveVersion === undefined ? {} : { liveVersion }),
    },
  );
}

/** What `/api/folders` returns, as content. */
export function legacyContent(object: Json): Content {
  const manager = stringAt(object, 'managedBy');
  const facts = ['created', 'createdBy'].flatMap((name) => {
    const value = stringAt(object, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return contentOf(
    {
      uid: stringAt(object, 'uid') ?? '',
      title: stringAt(object, 'title'),
      parentUid: stringAt(object, 'parentUid'),
      description: stringAt(object, 'description'),
    },
    {
      ...(manager === undefined || manager === '' ? {} : { managedBy: { manager } }),
      ...(facts.length === 0 ? {} : { facts: Object.fromEntries(facts) }),
    },
  );
}

function contentOf(
  folder: { uid: string; title?: string; parentUid?: string; description?: string },
  more: Pick<Content, 'facts' | 'liveVersion' | 'managedBy'>,
): Content {
  const body: JsonObject = { uid: folder.uid, title: folder.title ?? '' };
  if (folder.parentUid !== undefined && folder.parentUid !== '') {
    body['parentUid'] = folder.parentUid;
  }
  if (folder.description !== undefined && folder.description !== '') {
    body['description'] = folder.description;
  }
  const parent = stringAt(body, 'parentUid');
  return { body, title: folder.title ?? folder.uid, ...(parent === undefined ? {} : { folderUid: parent }), ...more };
}

/**
 * A folder over the live one, where only one of the two says anything about a description: Grafana before 12 stores it
 * but does not return it. Then the live one stays, or cannot be seen.
 */
export function asDescribed(content: Content, live: Content): Content {
  const { body } = content;
  if (live.liveVersion === undefined) {
    return { ...content, body: without(objectAt(body) ?? {}, 'description') };
  }
  const description = stringAt(live.body, 'description');
  return isLegacy(content) && description !== undefined
    ? { ...content, body: { ...objectAt(body), description } }
    : content;
}

/** The body without a description that the API of the other one does not return. */
export function withoutHidden(content: Content, other: Content): Json {
  return isLegacy(content) === isLegacy(other) ? content.body : without(objectAt(content.body) ?? {}, 'description');
}

/** Only the API of version 12 and later returns a version. */
function isLegacy({ facts }: Content): boolean {
  return facts?.['version'] === undefined;
}

/** Annotations that place an object; a new one at the root asks for Grafana's default permissions as its UI does. */
export function placement(content: Content, exists: boolean): JsonObject {
  if (content.folderUid !== undefined) {
    return { 'grafana.app/folder': content.folderUid };
  }
  return exists ? {} : { 'grafana.app/grant-permissions': 'default' };
}
