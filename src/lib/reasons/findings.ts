import type { FINDING_REASONS } from '../../../pkg/contract/reasons/findings.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What a check of the target found. */
export const FINDING_TEXTS: Record<keyof typeof FINDING_REASONS, Text> = {
  'clocks-agree': () => t('reason.clocks-agree', 'the clocks agree'),
  'clocks-apart': (given) => t('reason.clocks-apart', 'the clocks differ by {{seconds}} seconds', given),
  'bytes-written': (given) => t('reason.bytes-written', '{{bytes}} bytes written', given),
  'bytes-back': () => t('reason.bytes-back', 'the content read back is identical'),
  'absent-said': () => t('reason.absent-said', 'the target reports missing objects as missing'),
  'range-read': () => t('reason.range-read', 'part of an object can be read'),
  'range-wrong': () => t('reason.range-wrong', 'part of an object was read back wrong'),
  'not-applicable': () => t('reason.not-applicable', 'does not apply here'),
  'rewrite-seen': () => t('reason.rewrite-seen', 'overwritten objects are visible immediately'),
  'write-listed': () => t('reason.write-listed', 'new objects appear in listings immediately'),
  'lists-answered': () => t('reason.lists-answered', 'listing works'),
  'conditional-enforced': () => t('reason.conditional-enforced', 'the target enforces conditional writes'),
  'conditional-refused': () => t('reason.conditional-refused', 'the target refuses conditional writes'),
  'conditional-ignored': () => t('reason.conditional-ignored', 'the target ignores conditional writes'),
  'conditional-racy': () =>
    t('reason.conditional-racy', 'the target lets several concurrent conditional writes succeed'),
  'versions-kept': () => t('reason.versions-kept', 'the bucket keeps noncurrent versions'),
  'versions-none': () => t('reason.versions-none', 'the bucket keeps no noncurrent versions'),
  'lifecycle-keeps': () => t('reason.lifecycle-keeps', 'no lifecycle rule deletes current objects'),
  'object-lock': () => t('reason.object-lock', 'the bucket has object lock'),
  'object-lock-none': () => t('reason.object-lock-none', 'the bucket has no object lock'),
  'store-silent': () => t('reason.store-silent', 'the target does not report it'),
  'permission-refused': (given) => t('reason.permission-refused', 'unknown: {{permission}} is not allowed', given),
  'deletes-gone': () => t('reason.deletes-gone', 'deleted objects are gone'),
  'needs-object': () => t('reason.needs-object', 'not checked, because no object could be written and read'),
  'needs-earlier-steps': () => t('reason.needs-earlier-steps', 'not checked, because an earlier step failed'),
  'repository-there': () => t('reason.repository-there', 'the target holds snapshots'),
  'repository-encrypted': () => t('reason.repository-encrypted', 'the target holds encrypted snapshots'),
  'target-slow': (given) => t('reason.target-slow', 'the target took longer than {{seconds}} seconds', given),
  'repository-none': () => t('reason.repository-none', 'no repository yet; the first backup creates it'),
};
