import { canonicalObject, type Changes } from './canonical.ts';

/** How the canonical form of a body is made of the bytes that Grafana sent. */
export interface Form {
  bytes: Buffer;
  changes: Changes;
  /** Canonical text before and after the object; both empty when it is the whole body. */
  head: string;
  tail: string;
}

/**
 * The canonical form in UTF-8; undefined when only the parser can decide.
 * @param room as for `canonicalObject`
 */
export function canonicalForm({ bytes, changes, head, tail }: Form, room?: Buffer): Buffer | undefined {
  const object = canonicalObject(bytes, changes, room);
  return object === undefined || (head === '' && tail === '')
    ? object
    : Buffer.concat([Buffer.from(head), object, Buffer.from(tail)]);
}
