import { stringAt } from '../../../lib/json/json.ts';
import type { SecurityChange } from '../../../contract/plan.ts';
import type { Kind } from '../kind.ts';
import type { Content } from '../content.ts';
import { securityChange } from './change.ts';

/** Contact points that alerts go to after an update and did not before; the default one on its own. */
export function addedReceivers(kind: Pick<Kind, 'references'>, after: Content, before: Content): SecurityChange[] {
  return added(kind, after, new Set(receiversOf(kind, before)), defaultOf(before));
}

/** The same where alerts went nowhere before. */
export function receiversOfNew(kind: Pick<Kind, 'references'>, after: Content): SecurityChange[] {
  return added(kind, after, new Set());
}

function added(
  kind: Pick<Kind, 'references'>,
  after: Content,
  known: ReadonlySet<string>,
  was?: string,
): SecurityChange[] {
  const is = defaultOf(after);
  const names = receiversOf(kind, after).filter((name) => !known.has(name) && name !== is);
  return [
    ...(was === is ? [] : [securityChange('receiver', { before: was, after: is })]),
    ...names.map((name) => securityChange('receiver-added', { after: name })),
  ];
}

/** The provisioning API has it at the top, routing trees of `/apis` among their defaults; groups of rules have none. */
function defaultOf({ body }: Content): string | undefined {
  return stringAt(body, 'receiver') ?? stringAt(body, 'spec', 'defaults', 'receiver');
}

function receiversOf(kind: Pick<Kind, 'references'>, content: Content): string[] {
  const named = kind.references(content).filter((reference) => reference.kind === 'contact-point');
  return [...new Set(named.map(({ uid }) => uid))].sort();
}
