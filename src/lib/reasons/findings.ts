import type { FINDING_REASONS } from '../../../pkg/contract/reasons/findings.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What a check of the target found. */
export const FINDING_TEXTS: Record<keyof typeof FINDING_REASONS, Text> = {
  'clocks-agree': () => t('reason.clocks-agree', 'the clocks agree'),
  'clocks-apart': (given) => t('reason.clocks-apart', 'the clocks are {{seconds}} seconds apart', given),
  'bytes-written': (given) => t('reason.bytes-written', '{{bytes}} bytes written', given),
  'bytes-back': () => t('reason.bytes-back', 'the same bytes came back'),
  'absent-said': () => t('reason.absent-said', 'what is not there is said not to be there'),
  'range-read': () => t('reason.range-read', 'part of a file can be read'),
  'range-wrong': () => t('reason.range-wrong', 'part of a file came back wrong'),
  'not-applicable': () => t('reason.not-applicable', 'does not apply here'),
  'rewrite-seen': () => t('reason.rewrite-seen', 'what is written again is seen immediately'),
  'write-listed': () => t('reason.write-listed', 'a list shows what was just written'),
  'lists-answered': () => t('reason.lists-answered', 'lists are answered'),
  'conditional-enforced': () => t('reason.conditional-enforced', 'nothing is overwritten by mistake'),
  'conditional-refused': () => t('reason.conditional-refused', 'writing on a condition is refused'),
  'conditional-ignored': () => t('reason.conditional-ignored', 'the condition of a write is ignored'),
  'conditional-racy': () =>
    t('reason.conditional-racy', 'of several concurrent writes on a condition more than one wins'),
  'versions-kept': () => t('reason.versions-kept', 'the bucket keeps versions'),
  'versions-none': () => t('reason.versions-none', 'the bucket keeps no versions'),
  'object-lock': () => t('reason.object-lock', 'the bucket has object lock'),
  'object-lock-none': () => t('reason.object-lock-none', 'the bucket has no object lock'),
  'store-silent': () => t('reason.store-silent', 'the target does not say'),
  'permission-refused': (given) => t('reason.permission-refused', 'not known: {{permission}} is not allowed', given),
  'deletes-gone': () => t('reason.deletes-gone', 'what was deleted is gone'),
  'needs-object': () => t('reason.needs-object', 'needs a file that can be written and read'),
  'needs-earlier-steps': () => t('reason.needs-earlier-steps', 'needs the steps before it'),
  'repository-there': () => t('reason.repository-there', 'it holds backups'),
  'repository-encrypted': () => t('reason.repository-encrypted', 'it holds backups, encrypted'),
  'repository-none': () => t('reason.repository-none', 'no backups yet: the first one makes their place'),
};
