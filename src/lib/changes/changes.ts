import type { ReadableChange } from '../../../pkg/contract/api/diff.ts';
import { changeSentence, emptyMeans, type ChangeCode } from '../../../pkg/contract/changes/catalogue.ts';
import { t } from '../i18n.ts';
import type { Text } from '../reasons/text.ts';
import { DASHBOARD_TEXTS } from './dashboards.ts';
import { OTHER_TEXTS } from './others.ts';

const TEXTS: Record<ChangeCode, Text> = { ...DASHBOARD_TEXTS, ...OTHER_TEXTS };

/** One change in the user's language; in English where the code is not known here. */
export function changeText({ code, params }: Pick<ReadableChange, 'code' | 'params'>): string {
  return Object.hasOwn(TEXTS, code)
    ? TEXTS[code as ChangeCode](inWords(code, params))
    : changeSentence({ code, params });
}

/** Params with words for what is not there, and for whom a permission is. */
function inWords(code: string, params: Record<string, string>): Record<string, string> {
  const empty = emptyMeans(code) === 'default' ? t('diff.default', 'default') : t('diff.nothing', 'nothing');
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      name === 'type' ? subjectText(value) : value === '' ? empty : value,
    ]),
  );
}

function subjectText(type: string): string {
  const texts: Record<string, string> = {
    role: t('security.subjectRole', 'Role'),
    user: t('security.subjectUser', 'User'),
    team: t('security.subjectTeam', 'Team'),
    'service account': t('security.subjectServiceAccount', 'Service account'),
  };
  return texts[type] ?? type;
}
