import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** The first character that no secret in an HTTP header can have: clients refuse to send it. */
export function refusedCharacter(secret: string): string | undefined {
  return /[^\x21-\x7e]/u.exec(secret)?.[0];
}

/** A secret that is sent in an HTTP header, without spaces around it. @throws DK_SETTINGS naming its setting */
export function headerSecret(text: string, setting: string): string {
  const secret = text.trim();
  const refused = refusedCharacter(secret);
  if (refused === undefined) {
    return secret;
  }
  const code = `U+${refused.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /[\s\p{C}]/u.test(refused) ? code : `'${refused}' (${code})`;
  throw new DashkeepError('DK_SETTINGS', `${setting} contains the character ${shown}, which cannot be sent`, {
    advice: reason('enter-whole-secret', { setting }),
  });
}
