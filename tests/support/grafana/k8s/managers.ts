import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import { annotationOf } from './k8s.ts';
import type { Manager } from '../model/stored.ts';

/** The manager that an object's annotations name. */
export function managerOf(object: JsonObject): Manager | undefined {
  const kind = annotationOf(object, 'managedBy');
  if (kind === '') {
    return undefined;
  }
  return {
    kind: kind as Manager['kind'],
    id: annotationOf(object, 'managerId'),
    allowsEdits: annotationOf(object, 'managerAllowsEdits') === 'true' ? true : undefined,
    sourcePath: annotationOf(object, 'sourcePath') || undefined,
  };
}
