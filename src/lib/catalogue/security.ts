import { SECURITY, type SecurityText } from '../../../pkg/contract/security-texts.ts';
import { translated } from './texts.ts';

/** The text of a part of a change to access or data destinations in the user's language. */
export function securityTemplate(text: SecurityText): string {
  return translated()?.security[text] ?? SECURITY[text];
}
