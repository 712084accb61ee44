/** What to do about an error of the target. */
export const STORAGE_ADVICE = {
  'name-hosts':
    'Give hosts (s3.example.com), domains (*.example.com), addresses and networks (10.0.0.0/8), without scheme and port.',
  'set-target': 'DASHKEEP_TARGET sets the location of the repository: use s3://bucket/prefix or file:///directory.',
  'use-allowed-directory':
    'Use a directory in or below one in DASHKEEP_FILE_ROOTS, or add this one there, separated by colons.',
  'replace-link': 'Replace the link with what it points to, or mount that there.',
  'allow-directory': "Allow Dashkeep's user to read and write the directory.",
  'mount-writable': 'Mount the directory writable.',
  'free-target-space':
    'The disk is full: free space there, or use a larger volume. Published snapshots are not affected.',
  'room-for-prune':
    'To prune, Dashkeep needs 1 MiB: delete or move something else on this disk, or enlarge it, and retry. Delete no files of the repository yourself.',
  'distrust-lists': 'The store’s lists are unreliable, so Dashkeep does not use them.',
  'restore-from-cold-storage': 'The object was moved to cold storage: restore it there first.',
  'make-room': 'The target is full: make room or raise the quota.',
  'wait-for-target': 'The target is overloaded; try again later.',
  'grant-kms': 'Grant {permission} on the key of the bucket.',
  'grant-reading':
    'Grant s3:GetObject, and s3:ListBucket on the bucket: without it S3 also reports missing objects as "denied".',
  'grant-to-key': 'Grant {permission} to the key in use.',
  'correct-certificate-name':
    'The certificate is for another name: correct the endpoint, or set DASHKEEP_S3_FORCE_PATH_STYLE=true.',
  'set-certificate-authority': 'Set DASHKEEP_S3_CA_FILE to the certificate authority of the endpoint.',
  'use-http-endpoint': 'Write the endpoint with http://, or correct its port.',
  'correct-endpoint-name':
    'Correct the endpoint; if only the name with the bucket in front is unknown, set DASHKEEP_S3_FORCE_PATH_STYLE=true.',
  'check-endpoint': 'The response is not from S3. Check that the endpoint is S3, without a proxy in between.',
} as const;
