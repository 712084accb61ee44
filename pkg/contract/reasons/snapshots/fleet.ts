/** What is wrong with an installation, by its repository alone. */
export const FLEET_REASONS = {
  'fleet-overdue': 'the last full snapshot is {hours} hours old; one is expected at least every {expected} hours',
  'fleet-clock-behind': 'this machine’s clock is behind, so the age of the last full snapshot ({time}) is unknown',
  'fleet-never-full': 'no full snapshot exists',
  'fleet-ready':
    'the last snapshot is full and signed by a trusted key; only its own Grafana instance shows the schedule, verifications and restore tests',
  'fleet-no-folders': 'no repository was found: there are no folders',
  'fleet-untrusted': 'the newest snapshot is not signed by a trusted key (signer: {signer})',
  'fleet-too-many': 'the target has {count} folders; only the first {shown} were read',
  'fleet-twin': 'the same repository is also at {target}; it belongs to only one of the two installations',
} as const;
