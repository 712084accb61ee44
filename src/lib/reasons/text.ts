import { KIND_NAMES, type KindName } from '../../../pkg/contract/kinds.ts';
import { kindLabel } from '../kinds.ts';

/** A reason in the user's language, made of its params. */
export type Text = (given: Record<string, string>) => string;

/** Params with the kind as people call it. */
export function withKind({ kind = '', ...given }: Record<string, string>): Record<string, string> {
  return { ...given, kind: isKind(kind) ? kindLabel(kind) : kind };
}

function isKind(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}
