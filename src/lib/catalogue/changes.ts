import { config } from '@grafana/runtime';
import type { ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { CHANGES, changeSentence, emptyMeans, type ChangeCode } from '../../../pkg/contract/changes/catalogue.ts';
import { subjectText } from '../../../pkg/contract/security-texts.ts';
import { fill } from '../../../pkg/contract/texts.ts';
import { t } from '../i18n.ts';
import { securityTemplate } from './security.ts';
import { translated } from './texts.ts';

/** One change in the user's language; in English where the code is not known here. */
export function changeText({ code, params }: Pick<ReadableChange, 'code' | 'params'>): string {
  return Object.hasOwn(CHANGES, code)
    ? fill(templateOf(code as ChangeCode), inWords(code, params))
    : changeSentence({ code, params });
}

function templateOf(code: ChangeCode): string {
  return translated()?.changes[code] ?? CHANGES[code][1];
}

/** Changes whose `name` is a field of Grafana's API for alerting. */
const OF_ALERTING = ['rule-setting', 'policy-setting', 'route-setting'];

/** Changes that go from one data source to another. */
const OF_SOURCES = ['query-source', 'rule-query-source'];

/** Params with words for what is not there, for whom a permission is, and for what Grafana's pages call otherwise. */
function inWords(code: string, params: Record<string, string>): Record<string, string> {
  const empty = emptyMeans(code) === 'default' ? t('diff.default', 'default') : t('diff.nothing', 'nothing');
  const wordOf = (name: string, value: string): string => {
    if (name === 'type') {
      return subjectText(value === 'service account' ? 'serviceAccount' : value, securityTemplate);
    }
    if (value === '') {
      return empty;
    }
    if (name === 'name' && OF_ALERTING.includes(code)) {
      return alertingField(value);
    }
    return (name === 'before' || name === 'after') && OF_SOURCES.includes(code) ? sourceName(value) : value;
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, wordOf(name, value)]));
}

/** The name of a data source that is here now; another one keeps its UID. */
function sourceName(uid: string): string {
  return Object.values(config.datasources).find((source) => source.uid === uid)?.name ?? uid;
}

/** What Grafana's pages call a field of its API for alerting. */
function alertingField(field: string): string {
  const texts: Record<string, string> = {
    group_by: t('alerting.groupBy', 'group by'),
    group_wait: t('alerting.groupWait', 'group wait'),
    group_interval: t('alerting.groupInterval', 'group interval'),
    repeat_interval: t('alerting.repeatInterval', 'repeat interval'),
    mute_time_intervals: t('alerting.muteTimings', 'mute timings'),
    active_time_intervals: t('alerting.activeTimings', 'active timings'),
    continue: t('alerting.continue', 'continue matching sibling policies'),
    noDataState: t('alerting.noData', 'state if there is no data'),
    execErrState: t('alerting.execError', 'state if the execution fails or times out'),
  };
  return Object.hasOwn(texts, field) ? (texts[field] ?? field) : field;
}
