/** What a backup covers of a Grafana, part by part of one line. */
export const COVERAGE_REASONS = {
  'covers-every-org': '{read} of {existing} organizations',
  'covers-orgs': '{read} of {existing} organizations; not included, because others were selected: {orgs}',
  'covers-own-org':
    '{read} of {existing} organizations; not included, because only one organization is selected (the default): {orgs}',
  'covers-safety-orgs':
    '{read} of {existing} organizations; not included, because a safety snapshot covers only what its restore can change: {orgs}',
  'covers-unknown-org': 'one organization (a token does not show whether others exist)',
  'covers-unknown-orgs': '{read} organizations (tokens do not show whether others exist)',
  'covers-least-orgs': '{read} of at least {existing} organizations',
  'lacks-given-orgs': 'not included, because the settings do not select them: {orgs}',
  'covers-counted-orgs': 'organizations: {read}',
  'lacks-closed-orgs': 'not read, because the account is not a member: {orgs}',
  'covers-kinds': '{read} of {existing} kinds',
  'covers-unread': 'copied from earlier snapshots, not read again: {kinds}',
  'lacks-server-kinds': 'not included, because only a server admin can read them: {kinds}',
  'lacks-set-kinds': {
    cli: 'not included, because DASHKEEP_SERVER_KINDS=no excludes them: {kinds}',
    page: 'excluded by the deployment: {kinds}',
  },
  'lacks-safety-kinds': 'not included, because a safety snapshot covers only what its restore can change: {kinds}',
  'lacks-unselected': 'not included, because the settings exclude them: {kinds}',
  'lacks-newer-kinds': 'not restored, because only a newer Dashkeep knows them: {kinds}',
  'lacks-failed': 'not read because of errors: {kinds}',
  'lacks-failed-in': 'organizations with errors: {orgs}; not read there: {kinds}',

  'snapshot-shrunk': 'many resources of snapshot {since} are missing: {losses}',
  'mass-change': 'unusually many resources of snapshot {since} are missing or different (≠): {losses}',
  'loss-grown': 'far more resources of snapshot {since} are missing than in the previous backup',
  'grafana-upgraded':
    'Grafana’s version changed from {from} to {to}; since snapshot {since}, resources lost: {gone}, reverted to an older version: {older}, changed beyond Grafana’s migration: {changed}',
  'hold-failed': 'snapshot {snapshot} could not be put on hold: {cause}',
  'last-full': 'the last full snapshot before {snapshot} is {full}',
  'latest-not-full': 'the latest snapshot {snapshot} is not full ({state}); the last full one is {full}',
  'latest-never-full': 'the latest snapshot {snapshot} is not full ({state}), and there is no full one',
  'latest-narrower': 'the latest snapshot {snapshot} covers less than the earlier one {full}; not included: {lacks}',
  'plan-leaves-orgs': 'organizations not in this plan: {orgs}',
} as const;
