import {
  NOTIFICATION_RIGHT,
  alertingServed,
  provisioningPath,
  readAlerting,
  readAlertingList,
  writeAlerting,
} from '../../alerting.ts';
import { ifFound } from '../../http/errors.ts';
import { resourceIn } from '../../http/expected.ts';
import {
  LOST_PROVENANCE,
  copyNamed,
  forecastByProvenance,
  namedContent,
  provenanceHeaders,
  requiredString,
} from '../../provenance.ts';
import type { Kind, KindContext, Restorable, WriteContext } from '../kind.ts';
import type { Content } from '../content.ts';

/** One attempt to write. */
export interface Sending {
  item: Restorable;
  headers: Record<string, string>;
  /** From 1; an earlier attempt that seemed to fail may have been stored all the same. */
  attempt: number;
  /** Whether Grafana has one of that name now. */
  stored(): Promise<boolean>;
}

/** What differs between the kinds whose identity is their name below the alerting provisioning API. */
export interface NamedKindOptions extends Pick<Kind, 'name' | 'manyReferences'> {
  plural: string;
  /** Its path below /api/v1/provisioning. */
  path: string;
  /** Sends one write; it is tried again, and no other write of alerting happens meanwhile. */
  send(context: WriteContext, sending: Sending): Promise<unknown>;
}

/** The kind for things of the alerting provisioning API that are known by their name. */
export function namedKind({ name: kind, manyReferences, plural, path, send }: NamedKindOptions): Kind {
  const whole = provisioningPath(path);

  async function read(context: KindContext, name: string): Promise<Content | undefined> {
    const one = provisioningPath(path, name);
    // Under a sub-path, no path takes a name with a slash.
    const found = name.includes('/')
      ? (await readAlertingList(context, whole)).find((each) => each['name'] === name)
      : await ifFound(readAlerting(context, one));
    return found === undefined ? undefined : namedContent(resourceIn(found, one, 'name', name), name);
  }

  return {
    name: kind,
    declaration: {
      plural,
      scope: 'org',
      restored: 'yes',
      identity: 'kept',
      lost: [LOST_PROVENANCE],
      minimumVersion: '10.4',
      rights: [NOTIFICATION_RIGHT],
    },
    dependsOn: [],
    writes: 'serial',
    manyReferences,
    uidIsName: true,
    deletable: true,
    needs: { feature: 'unifiedAlertingEnabled' },
    serves: alertingServed,

    async *list(context) {
      for (const one of await readAlertingList(context, whole)) {
        const name = requiredString(one, 'name', whole);
        yield { uid: name, title: name, content: namedContent(one, name) };
      }
    },

    read: (context, { uid }) => read(context, uid),

    references: () => [],
    copy: copyNamed,
    forecast: forecastByProvenance,

    async write(context, item) {
      const headers = provenanceHeaders(item.live?.provenance);
      const stored = async (): Promise<boolean> => (await read(context, item.uid)) !== undefined;
      await writeAlerting(context, (attempt) => send(context, { item, headers, attempt, stored }));
      return { uid: item.uid, losses: [] };
    },

    async remove(context, uid) {
      const headers = provenanceHeaders((await read(context, uid))?.provenance);
      await writeAlerting(context, () =>
        ifFound(context.grafana.delete(provisioningPath(path, uid), { headers, signal: context.signal })),
      );
    },
  };
}
