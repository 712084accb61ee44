import type { HINT_REASONS } from '../../../pkg/contract/reasons/hints.ts';
import { t } from '../i18n.ts';
import type { Text } from './text.ts';

/** What to do about the result of a check. */
export const HINT_TEXTS: Record<keyof typeof HINT_REASONS, Text> = {
  'give-admin-role': () =>
    t('reason.give-admin-role', 'Give the service account the Admin role, or a custom role with these actions.'),
  'token-made-soon': (given) =>
    t(
      'reason.token-made-soon',
      'A running service creates another one within a minute. This command creates one now: {{command}}',
      given,
    ),
  'check-membership': () => t('reason.check-membership', 'Check that the admin is a member of that organization.'),
  'change-api-token': (given) =>
    t(
      'reason.change-api-token',
      'Change {{name}} regularly. Or remove it, so that the service creates and replaces its tokens.',
      given,
    ),
  'include-org': () =>
    t('reason.include-org', 'Ask the administrator of the service to include it, or to leave it out on purpose.'),
  'one-service-for-app': () =>
    t(
      'reason.one-service-for-app',
      'Both services make backups, but only one can have the app. To change which, stop the other service, or remove its address from the settings of the app.',
    ),
  'delete-account': () => t('reason.delete-account', 'Delete the account if nothing uses it.'),
  'add-rule': (given) => t('reason.add-rule', 'Add this to the Role: {{rule}}', given),
  'set-tls': () => t('reason.set-tls', 'Enable TLS in the values of the chart, or give the service a certificate.'),
  'renew-certificate': () => t('reason.renew-certificate', 'Renew the certificate.'),
  'set-image-digest': () => t('reason.set-image-digest', 'Set image.digest in the values of the chart.'),
  'set-network-policy': () =>
    t('reason.set-network-policy', 'Set networkPolicy.enabled in the values of the chart, or create your own policy.'),
  'grant-permission': (given) => t('reason.grant-permission', 'Grant {{permission}}.', given),
  'grant-listing': () => t('reason.grant-listing', 'Grant s3:ListBucket on the bucket.'),
  'set-clock': () =>
    t(
      'reason.set-clock',
      'Above five minutes, there are no backups, and nothing is pruned. Set the clock of the service with NTP.',
    ),
  'whole-objects': () => t('reason.whole-objects', 'Dashkeep reads whole objects only.'),
  'conditional-unneeded': () =>
    t('reason.conditional-unneeded', 'Nothing depends on conditional writes. Your snapshots are safe.'),
  'versions-expire': () =>
    t(
      'reason.versions-expire',
      'Pruned objects remain as noncurrent versions until a lifecycle rule (NoncurrentVersionExpiration) removes them.',
    ),
  'remove-expiration': () =>
    t(
      'reason.remove-expiration',
      'Snapshots need old objects. Remove the expiration from the rule, or limit it to noncurrent versions.',
    ),
  'create-locked-bucket': () =>
    t('reason.create-locked-bucket', 'Create a bucket with object lock, or switch object lock off.'),
  'prune-denied': () =>
    t(
      'reason.prune-denied',
      'Backups work, but nothing can be pruned with this key. The objects of this check remain in probe/.',
    ),
  'aws-denied': (given) =>
    t(
      'reason.aws-denied',
      'Attach a policy with the necessary permissions to the user or role. This command prints it: {{command}}',
      given,
    ),
  'aws-no-bucket': () =>
    t(
      'reason.aws-no-bucket',
      'Check the name of the bucket. Names are global, and the bucket of another account answers “denied”.',
    ),
  'scaleway-denied': () =>
    t(
      'reason.scaleway-denied',
      'A key works only in its default project. Make the project of the bucket the default one of the API key, and check the bucket policy.',
    ),
  'scaleway-no-bucket': () =>
    t('reason.scaleway-no-bucket', 'The region of the endpoint must be that of the bucket: s3.<region>.scw.cloud.'),
  'r2-denied': () => t('reason.r2-denied', 'The API token needs permission to read and write objects in this bucket.'),
  'r2-credentials': () =>
    t(
      'reason.r2-credentials',
      'Use the access key id and the secret that R2 shows beside the token, not the token itself. The region is auto.',
    ),
  'b2-credentials': () =>
    t('reason.b2-credentials', 'The master key does not work with S3. Create an application key.'),
  'b2-denied': () =>
    t(
      'reason.b2-denied',
      'The application key needs listFiles, readFiles, writeFiles and deleteFiles, and a name prefix that fits.',
    ),
  'b2-conditional': () => t('reason.b2-conditional', 'B2 refuses conditional writes. Nothing depends on them.'),
  'gcs-credentials': () =>
    t(
      'reason.gcs-credentials',
      'Use an HMAC key of a service account, not its JSON key. You create it in the interoperability settings.',
    ),
  'gcs-conditional': () =>
    t('reason.gcs-conditional', 'Google’s S3 interface has no conditional writes. Nothing depends on them.'),
  'minio-denied': () =>
    t(
      'reason.minio-denied',
      'Attach a policy to the user with s3:ListBucket on the bucket and s3:*Object on its content.',
    ),
  'minio-credentials': (given) =>
    t(
      'reason.minio-credentials',
      'The keys of the root user and of service accounts differ. Create one for Dashkeep with this command: {{command}}',
      given,
    ),
  'ceph-denied': (given) =>
    t(
      'reason.ceph-denied',
      'The bucket must belong to the user of the key, or have a policy for it. Check it with this command: {{command}}',
      given,
    ),
  'garage-denied': (given) => t('reason.garage-denied', 'Run this command: {{command}}', given),
  'garage-region': () =>
    t(
      'reason.garage-region',
      'The region must match the configuration of Garage. It is “garage” unless you changed it.',
    ),
  'garage-conditional': () => t('reason.garage-conditional', 'Garage ignores the condition. Nothing depends on it.'),
  'profile-keyless': (given) =>
    t('reason.profile-keyless', 'Profile {{profile}} has no key, so the access key of the environment is used.', given),
  'environment-key-unused': (given) =>
    t(
      'reason.environment-key-unused',
      'The access key of the environment is not used: {{chosenBy}} chose profile {{profile}}, which has a key.',
      given,
    ),
  'endpoint-ignored': (given) =>
    t('reason.endpoint-ignored', 'The endpoint of {{source}} is not used, because the environment excludes it.', given),
  'endpoint-not-indented': (given) =>
    t(
      'reason.endpoint-not-indented',
      'The line of the endpoint is not indented in {{source}}, so AWS tools do not see it. Dashkeep uses it.',
      given,
    ),
  'endpoint-other-region': (given) =>
    t(
      'reason.endpoint-other-region',
      'The endpoint belongs to region {{endpointRegion}} (from {{source}}), but the region is {{region}} (from {{regionSource}}). Signatures will not match.',
      given,
    ),
  'endpoint-with-bucket': (given) =>
    t(
      'reason.endpoint-with-bucket',
      'The endpoint of {{source}} starts with the name of the bucket, which belongs only in the target.',
      given,
    ),
  'endpoint-unencrypted': (given) =>
    t('reason.endpoint-unencrypted', 'The endpoint of {{source}} is not encrypted.', given),
};
