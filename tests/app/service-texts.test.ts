import { describe, expect, it } from 'vitest';
import { type ErrorCode } from '../../pkg/contract/errors.ts';
import { ERROR_CATALOGUE } from '../../pkg/contract/errors/catalogue.ts';
import { reasonSentence } from '../../pkg/contract/reasons/reason.ts';
import { INCLUDE_ORG, notCovered } from '../../pkg/service/status/warnings.ts';

const { explainProblem } = await import('../../src/lib/problems/problems.ts');

const CODES = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

describe('the errors of the service', () => {
  it.each(CODES)('%s keeps the facts of the service, and its hint only where that says more', (code) => {
    const { hint } = ERROR_CATALOGUE[code];
    const general = explainProblem({ code, message: 'the fact', hint });
    expect(general.title).not.toBe('');
    expect(general.advice).not.toBe('');
    // Its title says all of it.
    const facts = ['DK_UNCONFIGURED', 'DK_HOME_ORGANIZATION'].includes(code) ? [] : ['the fact'];
    expect(general.detail).toBe(facts.join(''));
    const special = explainProblem({ code, message: 'the fact', hint: 'Do that.' });
    expect(special).toEqual({ title: general.title, advice: '', detail: [...facts, 'Do that.'].join('. ') });
  });

  it('name an organization that no backup covers, and where to choose it', () => {
    const why = notCovered({ id: 2, name: "Tom's team" });
    const problem = { code: 'DK_SETTINGS', message: reasonSentence(why), hint: reasonSentence(INCLUDE_ORG) };
    expect(explainProblem({ ...problem, why, advice: INCLUDE_ORG })).toEqual({
      title: "Organization Tom's team (2) is not backed up",
      advice: 'Ask the administrator of the service to include it, or to exclude it on purpose.',
      detail: '',
    });
  });

  it('of a newer service are shown in its words', () => {
    const unknown = { code: 'DK_OF_TOMORROW', message: 'Something new', hint: 'Do this.' };
    expect(explainProblem(unknown)).toEqual({ title: 'Something new', advice: 'Do this.', detail: '' });
  });
});
