import { KIND_NAMES, type KindName } from '../../../pkg/contract/kinds.ts';
import { kindLabel } from '../kinds.ts';

/** A reason in the user's language, made of its params. */
export type Text = (given: Record<string, string>) => string;

/** Params with the kind as people call it. */
export function withKind({ kind = '', ...given }: Record<string, string>): Record<string, string> {
  return { ...given, kind: isKind(kind) ? kindLabel(kind) : kind };
}

/** The same for a list of kinds. */
export function withKinds({ kinds = '', ...given }: Record<string, string>): Record<string, string> {
  const named = kinds.split(', ').map((kind) => (isKind(kind) ? kindLabel(kind) : kind));
  return { ...given, kinds: named.join(', ') };
}

function isKind(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}
