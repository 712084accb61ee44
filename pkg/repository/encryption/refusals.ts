import { DashkeepError } from '../../contract/errors.ts';
import { reason } from '../../contract/reasons/catalogue.ts';

/** Why nothing is written to an encrypted repository without recipients. */
export function noRecipients(): DashkeepError {
  return new DashkeepError(
    'DK_ENCRYPTION',
    'this repository is encrypted: to write to it, set DASHKEEP_AGE_RECIPIENTS or DASHKEEP_AGE_PASSPHRASE, as before',
  );
}

/** Why no backup is made for recipients who have no key. */
export function otherRecipients(): DashkeepError {
  return new DashkeepError(
    'DK_ENCRYPTION',
    'the repository is encrypted for age recipients other than those given, and this machine has no key for it',
    { advice: reason('same-recipients') },
  );
}

/** Why no backup is made for an identity alone where others can read. */
export function unsetRecipients(): DashkeepError {
  return new DashkeepError(
    'DK_ENCRYPTION',
    'others can read this repository, but could not read content encrypted for the given age identity alone',
    { advice: reason('same-recipients') },
  );
}
