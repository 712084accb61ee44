import type { STORAGE_ADVICE } from '../../../../pkg/contract/reasons/advice/storage.ts';
import { t } from '../../i18n.ts';
import type { Text } from '../text.ts';

/** What to do about an error of the target. */
export const STORAGE_ADVICE_TEXTS: Record<keyof typeof STORAGE_ADVICE, Text> = {
  'name-hosts': () =>
    t(
      'reason.name-hosts',
      'Enter hosts (s3.example.com), domains (*.example.com), addresses and networks (10.0.0.0/8), without scheme and port.',
    ),
  'set-target': () => t('reason.set-target', 'Write the target as s3://bucket/prefix or file:///directory.'),
  'use-allowed-directory': () =>
    t(
      'reason.use-allowed-directory',
      'Use a directory that the deployment allows, or ask the administrator of the service to allow this one.',
    ),
  'replace-link': () => t('reason.replace-link', 'Replace the link with what it points to, or mount that there.'),
  'allow-directory': () =>
    t('reason.allow-directory', 'Allow the user of the service to read and write the directory.'),
  'mount-writable': () => t('reason.mount-writable', 'Mount the directory writable.'),
  'free-target-space': () =>
    t(
      'reason.free-target-space',
      'The disk is full. Free space there, or use a larger volume. Published snapshots are not affected.',
    ),
  'room-for-prune': () =>
    t(
      'reason.room-for-prune',
      'To prune, Dashkeep needs 1 MiB. Delete or move something else on this disk, or enlarge it, and retry. Delete no files of the repository yourself.',
    ),
  'distrust-lists': () =>
    t('reason.distrust-lists', 'The target’s lists are unreliable, so Dashkeep does not use them.'),
  'restore-from-cold-storage': () =>
    t('reason.restore-from-cold-storage', 'The object was moved to cold storage. Restore it there first.'),
  'make-room': () => t('reason.make-room', 'The target is full. Make room, or raise the quota.'),
  'wait-for-target': () => t('reason.wait-for-target', 'The target is overloaded. Try again later.'),
  'grant-kms': (given) => t('reason.grant-kms', 'Grant {{permission}} on the key of the bucket.', given),
  'grant-reading': () =>
    t(
      'reason.grant-reading',
      'Grant s3:GetObject, and s3:ListBucket on the bucket. Without it, S3 also reports missing objects as “denied”.',
    ),
  'grant-to-key': (given) => t('reason.grant-to-key', 'Grant {{permission}} to the key in use.', given),
  'correct-certificate-name': () =>
    t(
      'reason.correct-certificate-name',
      'The certificate is for another name. Correct the endpoint, or choose another addressing style.',
    ),
  'set-certificate-authority': () =>
    t('reason.set-certificate-authority', 'Give the service the certificate authority of the endpoint.'),
  'use-http-endpoint': () => t('reason.use-http-endpoint', 'Write the endpoint with http://, or correct its port.'),
  'correct-endpoint-name': () =>
    t(
      'reason.correct-endpoint-name',
      'Correct the endpoint. If only the name with the bucket in front is unknown, choose another addressing style.',
    ),
  'check-endpoint': () =>
    t(
      'reason.check-endpoint',
      'The response is not from S3. Check that the endpoint is S3, without a proxy in between.',
    ),
};
