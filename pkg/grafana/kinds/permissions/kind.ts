import { readPermissions, unknownSubjects, writePermissions, type Permitted } from '../../permissions.ts';
import type { Content, Kind, KindContext, Listed, Reference } from '../kind.ts';

/** What tells the permissions of folders, dashboards and data sources apart. */
export interface PermissionKindOptions extends Pick<Kind, 'name' | 'declaration' | 'dependsOn' | 'serves'> {
  resource: Permitted;
  /** The kind that the permissions belong to, one to one and under the same uid. */
  owner: Reference['kind'];
  /** Every resource of that kind. */
  owners(context: KindContext): Promise<Listed[]>;
}

/**
 * The kind for one sort of permissions. The body holds the entries only, so that the thousands of resources with the
 * same entries share one object; whose they are is the uid, and the fact `of` for references.
 */
export function permissionKind(options: PermissionKindOptions): Kind {
  const { resource, owner } = options;
  return {
    name: options.name,
    declaration: options.declaration,
    dependsOn: options.dependsOn,
    writes: 'parallel',
    serves: options.serves,

    async *list(context) {
      for (const { uid, title, folderUid } of await options.owners(context)) {
        yield { uid, title, ...(folderUid === undefined ? {} : { folderUid }) };
      }
    },

    async read(context, listed) {
      const body = await readPermissions(context, resource, listed.uid);
      if (body === undefined) {
        return undefined;
      }
      const { uid, title, folderUid } = listed;
      return { body, title, ...(folderUid === undefined ? {} : { folderUid }), facts: { of: uid } };
    },

    references(content) {
      const of = content.facts?.['of'];
      return typeof of === 'string' ? [{ kind: owner, uid: of }] : [];
    },

    copy: (content: Content, uid: string): Content => ({ ...content, facts: { ...content.facts, of: uid } }),

    async forecast(context, item) {
      return { losses: await unknownSubjects(context, item.content.body) };
    },

    async write(context, item) {
      return { uid: item.uid, losses: await writePermissions(context, resource, item.uid, item.content.body) };
    },
  };
}
