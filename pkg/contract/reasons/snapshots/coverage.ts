/** What a backup covers of a Grafana, part by part of one line, and what to do about the rest. */
export const COVERAGE_REASONS = {
  'covers-every-org': '{read} of {existing} organizations',
  'covers-orgs': '{read} of {existing} organizations; {orgs} not included, because others were selected',
  'covers-own-org':
    '{read} of {existing} organizations; {orgs} not included, because the settings ask for one organization',
  'covers-unknown-orgs': 'organizations: {read} (a token does not show whether there are others)',
  'covers-counted-orgs': 'organizations: {read}',
  'covers-kinds': '{read} of {existing} kinds',
  'lacks-server-kinds': '{kinds} not included, because only a server admin can read them',
  'lacks-unselected': '{kinds} not included, because the settings leave them out',
  'lacks-failed': '{count} not read because of errors: {kinds}',

  'include-orgs':
    'To include them, set DASHKEEP_ORGS=all. To leave them out on purpose, list the IDs of the others in DASHKEEP_ORGS. A token reaches one organization only.',
  'include-server-kinds':
    'To include them, give the service the name and password of a server admin, and set the target in the deployment (DASHKEEP_TARGET, in the chart `target`). To leave them out on purpose, exclude them in the settings of the service.',

  'snapshot-shrunk': 'much of snapshot {since} is missing: {losses}',
  'last-full': 'the last full snapshot before {snapshot} is {full}',
  'latest-not-full': 'the latest snapshot {snapshot} is {state}; the last full one is {full}',
  'latest-never-full': 'the latest snapshot {snapshot} is {state}, and there is no full one',
  'latest-narrower': 'the latest snapshot {snapshot} was asked for less than the earlier one {full}: it lacks {lacks}',
  'accept-loss': 'If it was deleted on purpose, accept it: `{command}`. If not, restore snapshot {since}.',
  'name-by-id': 'Name the snapshot that you want by its ID.',
  'plan-leaves-orgs': 'not part of this plan: organization {orgs} (see --orgs)',
} as const;
