import type { Call } from '../http/call.ts';
import type { Org } from '../model/model.ts';
import type { K8sKind } from './kind.ts';
import type { Stored } from '../model/stored.ts';

export function namespaceOf(org: Org): string {
  return org.id === 1 ? 'default' : `org-${org.id}`;
}

function metadataText<T extends Stored>(call: Call, kind: K8sKind<T>, item: T, served: string): string {
  const iso = (time: number) => new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  const { deleted } = item;
  const changed = item.generation > 1 || deleted !== undefined;
  return JSON.stringify({
    name: item.uid,
    namespace: namespaceOf(call.org),
    uid: item.objectUid,
    resourceVersion: item.resourceVersion,
    generation: item.generation,
    creationTimestamp: iso(item.created),
    ...(deleted === undefined ? {} : { deletionTimestamp: iso(deleted) }),
    labels: { 'grafana.app/deprecatedInternalID': String(item.id) },
    annotations: {
      'grafana.app/createdBy': item.createdBy,
      ...kind.annotations(item),
      ...(item.managedBy
        ? {
            'grafana.app/managedBy': item.managedBy.kind,
            'grafana.app/managerId': item.managedBy.id,
            ...(item.managedBy.allowsEdits ? { 'grafana.app/managerAllowsEdits': 'true' } : {}),
            ...(item.managedBy.sourcePath ? { 'grafana.app/sourcePath': item.managedBy.sourcePath } : {}),
          }
        : {}),
      ...(changed
        ? { 'grafana.app/updatedBy': item.updatedBy, 'grafana.app/updatedTimestamp': iso(item.updated) }
        : {}),
    },
    ...(deleted === undefined
      ? {
          managedFields: [
            {
              manager: 'grafana',
              operation: 'Update',
              apiVersion: `${kind.group}/${served}`,
              time: iso(item.updated),
              fieldsType: 'FieldsV1',
            },
          ],
        }
      : {}),
  });
}

/** The whole object as text, its spec untouched. */
export function render<T extends Stored>(call: Call, kind: K8sKind<T>, item: T, served: string): string {
  const head = `"kind":"${kind.kind}","apiVersion":"${kind.group}/${served}"`;
  return `{${head},"metadata":${metadataText(call, kind, item, served)},${kind.members(item, served, call)}}`;
}

export function renderPartial<T extends Stored>(call: Call, kind: K8sKind<T>, item: T, served: string): string {
  const head = '"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"';
  return `{${head},"metadata":${metadataText(call, kind, item, served)}}`;
}
