/** What is wrong with an installation, by its repository alone. */
export const FLEET_REASONS = {
  'fleet-overdue': 'the last full snapshot is {hours} hours old; expected at least every {expected} hours',
  'fleet-clock-behind':
    'the clock of this machine is behind, so the age is not known: the last full snapshot is from {time}',
  'fleet-never-full': 'no full snapshot exists',
  'fleet-untrusted': 'the newest snapshot is not signed by a trusted key (signer: {signer})',
} as const;
