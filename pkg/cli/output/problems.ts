import { ERROR_CATALOGUE } from '../../contract/errors/catalogue.ts';
import { reason, sentenceOf } from '../../contract/reasons/catalogue.ts';
import { isMendable, type VerifyProblem } from '../../repository/verify/problems.ts';
import { printable } from './printable.ts';

/** Lines about a problem found by a verification: its place, advice if a repair cannot help, and affected resources. */
export function problemLines({ object, code, reason: why, hint, snapshots, resources }: VerifyProblem): string[] {
  const isOfRepository = snapshots.length === 0;
  const place = isOfRepository ? 'repository' : object === '' ? 'manifest' : `object ${object}`;
  return [
    `${place}: ${why}`,
    ...(isOfRepository ? [] : [`  in snapshots ${snapshots.join(', ')}`]),
    ...(isOfRepository || !isMendable({ code }) ? [`  ${hint ?? hintOf(code)}`] : []),
    ...resources.map(({ kind, uid, title }) => `  needed by ${kind} ${uid} (${title})`),
  ].map(printable);
}

/** Without an identity, verify ends at the first object: where it names objects, the identity is not the right one. */
function hintOf(code: VerifyProblem['code']): string {
  return code === 'DK_IDENTITY_MISSING' ? sentenceOf(reason('correct-identity')) : ERROR_CATALOGUE[code].hint;
}
