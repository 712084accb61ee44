import type { JsonObject } from '../../../../pkg/lib/json/json.ts';
import type { Call } from '../http/call.ts';
import type { Org } from '../model/model.ts';
import type { Stored } from '../model/stored.ts';

/** How one kind is served under `/apis`. */
export interface K8sKind<T extends Stored> {
  group: string;
  /** Plural, as in the path. */
  resource: string;
  kind: string;
  /** First major version that serves it, when that is not the group's. */
  since?: number;
  /** Status of a write whose resourceVersion is stale. */
  staleStatus: 409 | 412;
  /** Whether a PUT creates what is missing, and takes an object without a version as it is. */
  putCreates?: true;
  items(org: Org): ReadonlyMap<string, T>;
  /** What every write left, oldest first; absent = Grafana has it, and no test asks for it. */
  history?(org: Org): readonly T[];
  size(item: T): number;
  annotations(item: T): Record<string, string>;
  /** Text of the members after `metadata`: `"spec":{…}` and `"status":{…}`. */
  members(item: T, version: string, call: Call): string;
  allowed(call: Call, verb: 'list' | 'get' | 'create' | 'update' | 'delete', item?: T): boolean;
  create(call: Call, name: string, object: JsonObject, version: string): T;
  replace(call: Call, item: T, object: JsonObject, version: string): void;
  remove(call: Call, item: T): void;
}
