/** What to do so that a recovery would work. */
export const READINESS_ADVICE = {
  'ready-back-up': 'Back up now.',
  'ready-see-runs': 'The run history gives the reason.',
  'ready-judge-loss': {
    cli: 'Restore the lost resources, or accept the loss. The Overview and the output of `dashkeep backup` show how.',
    page: 'Restore the lost resources, or accept the loss. The Overview shows how.',
  },
  'ready-restored': 'A restore has run since then. Back up now.',
  'ready-check-service': 'Check that the service is running, and read its log.',
  'ready-verify': {
    cli: 'Run `dashkeep verify --read-data`, and schedule verifications (for a service: DASHKEEP_VERIFY_SCHEDULE).',
    page: 'Verify the repository, and schedule verifications.',
  },
  'ready-repair': 'The run record lists the problems. Repair the repository on the command line.',
  'ready-test': {
    cli: 'Test a restore with `dashkeep drill` or on the Readiness page, and schedule restore tests (for a service: DASHKEEP_DRILL_SCHEDULE).',
    page: 'Test a restore, and schedule restore tests.',
  },
  'ready-protect': 'Turn on versioning or object lock for the bucket.',
  'ready-protect-directory': 'Use a bucket with versioning or object lock.',
  'ready-protect-copy': 'Alternatively, keep a second copy elsewhere.',
  'ready-copy': 'Copy the repository regularly to another place, then confirm this.',
  'ready-keep-key':
    'Check that a copy of the key or passphrase exists outside Grafana and its cluster, then confirm this.',
  'ready-keep-secrets': 'Check that each of these secrets is stored elsewhere, then confirm this.',
  'ready-upgrade-grafana': 'Upgrade Grafana.',
  'ready-check-schedule':
    'Check that the service is running, or that something else, such as cron, starts backups regularly.',
  'ready-see-lines': 'Dashkeep checks this itself, or this does not apply here.',
  'ready-set-schedule': 'Set a schedule for backups.',
} as const;
