import { compact } from '../../../../contract/compact.ts';
import { arrayAt } from '../../../../lib/json/json.ts';
import {
  readPermissions,
  subjectReferences,
  unknownUsers,
  writePermissions,
  type Permitted,
} from '../../../permissions.ts';
import { requireAnyAction } from '../../../rights.ts';
import { isDefaultPermissions } from './defaults.ts';
import { renamedSubjects } from './grants.ts';
import { emailFacts, otherPeople } from './people.ts';
import { permissionSecurity } from './security.ts';
import type { KindDefinition } from '../../definition.ts';
import type { KindContext, Listed, Reference } from '../../kind.ts';
import type { Content } from '../../content.ts';
import { ABOUT_A_DAY } from '../../stale-after.ts';

/** Without these, Grafana leaves out who is permitted something, and does not say that the list is shorter. */
const SUBJECT_ACTIONS = ['teams:read', 'org.users:read', 'serviceaccounts:read'];

async function requireSubjects(context: KindContext): Promise<void> {
  for (const action of SUBJECT_ACTIONS) {
    await requireAnyAction(context, 'permissions', [action]);
  }
}

function isEmpty({ body }: Content): boolean {
  return arrayAt(body, 'permissions')?.length === 0;
}

/** The owners of a few are read one by one: with thousands, listing them takes long. */
const READ_SINGLY = 10;

/** What differs between the permissions of folders, dashboards and data sources. */
export interface PermissionKindOptions extends Pick<
  KindDefinition,
  'name' | 'declaration' | 'dependsOn' | 'needs' | 'serves'
> {
  resource: Permitted;
  /** The kind that the permissions belong to, one to one and under the same uid. */
  owner: Reference['kind'];
  /** Every resource of that kind. */
  owners(context: KindContext): Promise<readonly Listed[]>;
  /** One of them that was read in this run; undefined when none was. */
  known?(context: KindContext, uid: string): Promise<Listed | undefined>;
  /** One of them; undefined when it is not live. Absent = they are few, and listed. */
  one?(context: KindContext, uid: string): Promise<Listed | undefined>;
  /** Whether one of them is live now, address of Grafana 500 for the permissions of one that is not. */
  isLive?(context: KindContext, uid: string): Promise<boolean>;
  /** Where an owner's permissions are shown: beside it, unless this says otherwise. */
  place?(owner: Listed): Listed;
}

/**
 * The kind for one sort of permissions. The body holds the entries only, so that the thousands of resources with the
 * same entries share one object; whose they are is the uid, and the fact `of` for references.
 */
export function permissionKind(options: PermissionKindOptions): KindDefinition {
  const { resource, owner, place: placeOf = (one) => one } = options;
  /** Title and folder of every owner, read once unless they are known. */
  const places = (context: KindContext, known?: readonly Listed[]): Promise<Map<string, Listed>> =>
    context.memo(`owners of ${options.name}`, async () => {
      const owners = known ?? (await options.owners(context));
      return new Map(owners.map(placeOf).map(({ uid, title, folderUid }) => [uid, compact({ uid, title, folderUid })]));
    });
  /** What was read of the owners in this run, apart from lists. */
  const singlesOf = (context: KindContext): Promise<{ listed: boolean; read: number }> =>
    context.memo(`single owners of ${options.name}`, () => Promise.resolve({ listed: false, read: 0 }));
  const placeOne = async (context: KindContext, uid: string): Promise<Listed | undefined> => {
    const known = await options.known?.(context, uid);
    if (known !== undefined) {
      return placeOf(known);
    }
    const singles = await singlesOf(context);
    if (options.one === undefined || singles.listed || singles.read >= READ_SINGLY) {
      return (await places(context)).get(uid);
    }
    singles.read++;
    const owner = await options.one(context, uid);
    return owner && placeOf(owner);
  };
  return {
    name: options.name,
    declaration: options.declaration,
    dependsOn: options.dependsOn,
    writes: 'parallel',
    namesPeople: true,
    emptyBytes: '{"permissions":[]}'.length,
    owner,
    ...compact({ needs: options.needs, serves: options.serves }),
    ...(owner === 'folder' || owner === 'dashboard' ? { isDefault: isDefaultPermissions, isEmpty } : {}),
    staleAfter: ABOUT_A_DAY,

    async *list(context, known) {
      await requireSubjects(context);
      (await singlesOf(context)).listed = true;
      yield* (await places(context, known.owners)).values();
    },

    async read(context, listed) {
      const place = await placeOne(context, listed.uid);
      if (place === undefined) {
        return undefined;
      }
      const isLive = options.isLive?.bind(options, context, listed.uid);
      const body = await readPermissions(context, resource, listed.uid, isLive);
      if (body === undefined) {
        return undefined;
      }
      const { uid, title, folderUid } = place;
      return compact({ body, title, folderUid, facts: { of: uid, ...(await emailFacts(context, body)) } });
    },

    references(content) {
      const of = content.facts?.['of'];
      const subjects = subjectReferences(content.body);
      return typeof of === 'string' ? [{ kind: owner, uid: of, required: true }, ...subjects] : subjects;
    },

    rename: (content, renamed) => ({ ...content, body: renamedSubjects(content.body, renamed) }),

    copy: (content: Content, uid: string): Content => ({ ...content, facts: { ...content.facts, of: uid } }),

    async forecast(context, item) {
      const losses = await unknownUsers(context, item.content.body);
      return { losses, security: await otherPeople(context, item) };
    },

    securityChanges: permissionSecurity,

    async write(context, item) {
      return { uid: item.uid, losses: await writePermissions(context, resource, item.uid, item.content.body) };
    },
  };
}
