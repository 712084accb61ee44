import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../../pkg/cli/config/configuration.ts';
import { LEVELS } from '../../../pkg/service/log.ts';
import { KIND_NAMES } from '../../../pkg/contract/kinds.ts';
import { KINDS } from '../../../pkg/grafana/kinds/registry.ts';
import { originOf } from '../../../pkg/grafana/provenance.ts';
import { CHART, template } from '../../support/helm/helm.ts';
import { inlineCode, pages, ROOT } from '../pages.ts';

const markdown = (page: string): string => pages().get(page) ?? '';

/** Sentences that were not true, by what makes them untrue. */
const OVERSTATED: readonly (readonly [RegExp, string])[] = [
  [/never returns? passwords or tokens/, 'it returns the secrets of contact points'],
  [/The first backup into an existing repository signs/, 'only `dashkeep trust --unsigned` signs earlier snapshots'],
  [/othing was published[^|]*\blist|\blist[^|]*\| nothing was published/, 'a backup then publishes a partial snapshot'],
  [/between 2 and 64/, 'a backup of a busy Grafana sends one request at a time'],
  [/only Prometheus and the pods/, 'other collectors may scrape the metrics, too'],
  [/`dashkeep copy` refuses it/, 'it skips a snapshot with kinds of a newer release'],
  [/at most 50 resources and deletes none/, 'a safety snapshot can be small for deletions, too'],
  [/every kind of resource that Grafana/, 'stars and query history are not backed up'],
  [/jq`? alone/, 'an encrypted repository needs age'],
  [/don't have to create a token/, 'the command line from cron needs one'],
  [/10\.4 to 13/, 'only some versions are recorded'],
  [
    /Terraform,? or an operator|that the operator manages, and marks/,
    'Grafana does not record what an operator manages',
  ],
  [/Readiness does not check who signed/, 'a run without a signed record is no evidence'],
  [/\*\*Not signed\*\*: run records/, 'run records contain their signature'],
  [/settings page may use; default[^|]*Only for the service/, 'the list also applies to connections'],
  [/reads everything with a warning, but applies nothing/, '--accept-foreign needs no trusted key'],
  [/full read happens[^.]*Back up now/, 'a backup started in the app does not read unchanged dashboards'],
  [/never use an index/, '`forget` takes summaries from the index of snapshots'],
  [/half of all objects, it asks/, 'a prune stops, and a command has no question for it'],
  [/If `GRAFANA_API_TOKEN` is set, the service cannot/, 'with the password of an admin, it can'],
  [/the default is the organization of the credentials; `all`/, 'a server admin restores all organizations'],
  [/does not use them, and creates others/, 'idle accounts are used again'],
  [/an S3 key that can read it/, 'the safety snapshot and the record of a restore are written'],
  [/`cp` and `rm` in `\/bin`/, 'the init container of the overlay also needs mkdir'],
  [/cannot make Grafana's pod unready/, 'a container that does not start makes it unready'],
  [/token is mounted only in the sidecar/, 'Kubernetes mounts one in every container'],
  [/never create organizations/, 'a restore of an organization by its name creates it'],
  [/warning in the log and in the run record/, 'the record of an import or restore has no such warning'],
  [/longer\s+`--timeout` for large/, 'the Job ends after `activeDeadlineSeconds`'],
  [/only the Job's log shows it/, 'Helm deletes a Job that succeeded, and a Job that does not end fails the upgrade'],
  [/in any namespace, `networkPolicy\.metricsFrom`/, 'it replaces the other peers'],
  [/those of `s3\.endpoint` and the mail server/, 'the ports of all endpoints are allowed'],
  [/commands on all pages work as written\./, 'a pod has no credentials for Grafana'],
  [/Grafana routes these alerts/, 'Prometheus sends them to Alertmanager'],
  [/message names the places that Dashkeep searched/, 'it names the settings'],
  [/Kinds that it cannot read are missing from the snapshot, which is then partial/, 'a token leaves out four kinds'],
  [/The page[^.]* give the same answer/, 'a command does not list the organizations of Grafana'],
  [/list snapshots\/ \| sort/, 'the copies of manifests on hold come last'],
  [/a run reads only one small file/, 'it also reads the locks of a sample'],
  [/last saved a dashboard, folder, library panel/, 'no API that is read names who saved a library panel'],
  [/A backup of another Grafana, or to another/, 'the index of a mirror names the repository only'],
  [/--only <kind>\/<uid> --into-org/, 'a copy needs --as-copy'],
  [/organization and restores everything/, 'a restore test leaves kinds out'],
];

describe('what the pages claim', () => {
  it.each([...pages()])('%s: nothing that was found to be untrue', (_, text) => {
    for (const [sentence, why] of OVERSTATED) {
      expect(text, why).not.toMatch(sentence);
    }
  });

  it.each([...pages()].filter(([page]) => page !== 'CHANGELOG.md'))('%s: files of the repository exist', (_, text) => {
    const named = inlineCode(text).filter((code) =>
      /^(?:bench|charts|docs|examples|pkg|scripts|src|tests)\/[\w./-]+\.(?!go$)\w+$/.test(code),
    );
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('names the versions of Grafana that were recorded', () => {
    const recorded = readdirSync(join(ROOT, 'tests/golden/grafana')).filter((name) => /^\d+\.\d+$/.test(name));
    const shown = `recordings of ${recorded.sort().join(' and ')}`;
    expect(markdown('README.md')).toContain(shown);
    expect(markdown('docs/faq.md')).toContain(shown);
  });

  it('lists every log level', () => {
    const [, named = ''] = /`DASHKEEP_LOG_LEVEL`[^\n]*\| ([^|\n]*)\(default/.exec(markdown('docs/settings.md')) ?? [];
    expect(inlineCode(named)).toEqual([...LEVELS]);
  });

  it('does not call alerting of an operator or of Terraform managed', () => {
    expect(markdown('docs/install/grafana-operator.md')).toContain(
      'Grafana does not record which resources the operator manages',
    );
    // They write through the provisioning API, without a manager.
    expect(originOf('api').managedBy).toBeUndefined();
    expect(originOf('file').managedBy).toEqual({ manager: 'file' });
  });

  it('gives the order of kinds in a manifest', () => {
    const [, named = ''] = /In that order, ([^\n]*)/.exec(markdown('docs/rescue.md')) ?? [];
    const kinds = ['data-source', 'folder', 'library-panel', 'dashboard', 'alert-rule-group'] as const;
    expect([...kinds].sort((a, b) => KIND_NAMES.indexOf(a) - KIND_NAMES.indexOf(b))).toEqual(kinds);
    const places = ['data sources', 'folders', 'library panels', 'dashboards', 'alerting'].map((word) =>
      named.indexOf(word),
    );
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
  });

  it('names the jobs of the mode `cronjob`', async () => {
    const kinds = (await template(CHART, { values: [{ mode: 'cronjob', target: 's3://bucket/prefix' }] })).map(
      ({ kind }) => kind,
    );
    expect(kinds.filter((kind) => kind === 'Job')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'CronJob')).toHaveLength(2);
    expect(markdown('docs/install/cronjob.md')).toContain('a Job and two CronJobs');
  });

  it('names the secrets that the service also reads from files', () => {
    for (const [name] of Object.entries(SETTINGS).filter(([, one]) => 'secret' in one)) {
      const row = markdown('docs/settings.md')
        .split('\n')
        .find((line) => line.startsWith(`| \`${name}\``));
      expect(row, name).toMatch(/…_FILE|_FILE`/);
    }
  });

  it('names every service that Dashkeep connects to', () => {
    const words: Record<string, RegExp> = {
      DASHKEEP_TARGET: /\bthe target\b/,
      DASHKEEP_COPY_TARGET: /\bsecond target\b/,
      DASHKEEP_FLEET_TARGETS: /\binstallations\b/,
      DASHKEEP_GIT_URL: /\bGit repository\b/,
      GRAFANA_URL: /\bto Grafana\b/,
      'DASHKEEP_CONNECTION_<NAME>_URL': /\bother Grafana instances\b/,
      DASHKEEP_WEBHOOK_URL: /\bwebhook\b/,
      DASHKEEP_SMTP_HOST: /\bmail server\b/,
    };
    // The endpoints are those of targets, and the last one is the address of the service itself.
    const names = Object.keys(SETTINGS).filter(
      (name) => /_(?:URL|TARGETS?|HOST)$/.test(name) && name !== 'DASHKEEP_URL',
    );
    expect(names.sort()).toEqual(Object.keys(words).sort());
    const [, answer = ''] =
      /\*\*Does Dashkeep send data anywhere else\?\*\*([^\n]*)/.exec(markdown('docs/faq.md')) ?? [];
    for (const [name, word] of Object.entries(words)) {
      expect(answer, name).toMatch(word);
    }
  });

  it('names the kinds whose deletion needs a full safety snapshot', () => {
    const named = (page: string, sentence: RegExp): string[] =>
      (sentence.exec(markdown(page))?.[1] ?? '').split(/, | or /).map((word) => word.replaceAll(' ', '-'));
    const kinds = KINDS.filter(
      ({ remove, deletable, readsTogether }) => remove !== undefined && deletable !== true && readsTogether !== true,
    ).map(({ name }): string => name);
    expect(named('docs/undo.md', /deletes no (team[^.]*)\./).sort()).toEqual(kinds.sort());
    expect(named('docs/repository-format.md', /deletes no ([^.]*)\./).sort()).toEqual(kinds);
  });

  it('names every object of the chart, and every verb that it grants, in the guide', async () => {
    const guide = markdown('docs/install/official-chart.md');
    const [, created = ''] = /^(This creates [\s\S]*?Nothing runs yet\.)$/m.exec(guide) ?? [];
    for (const object of await template(CHART)) {
      if (object.kind !== 'Pod') {
        expect(created, object.kind).toContain(object.kind);
      }
      for (const rule of object.kind === 'Role' ? (object['rules'] as { verbs: string[] }[]) : []) {
        expect(created).toContain(`with ${rule.verbs.map((verb) => `\`${verb}\``).join(' and ')} on that`);
      }
    }
  });
});
