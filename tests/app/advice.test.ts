import { afterAll, describe, expect, it, vi } from 'vitest';
import { DashkeepError, failureText } from '../../pkg/contract/errors.ts';
import french from '../../pkg/contract/french.json' with { type: 'json' };
import { ADVICE_REASONS } from '../../pkg/contract/reasons/advice/all.ts';
import { reason, type KnownReason, type ReasonCode } from '../../pkg/contract/reasons/catalogue.ts';
import { parseTarget } from '../../pkg/storage/target.ts';
import { errorBody } from '../../pkg/service/http/errors.ts';

const { explainProblem } = await import('../../src/lib/problems/problems.ts');
const { knownText } = await import('../../src/lib/catalogue/reasons.ts');
const { translateCatalogues } = await import('../../src/lib/catalogue/texts.ts');

translateCatalogues(french);
afterAll(() => translateCatalogues());

const CODES = Object.keys(ADVICE_REASONS) as ReasonCode[];

/** What the app reads of an error of the service. */
function sent(error: DashkeepError) {
  return (JSON.parse(JSON.stringify(errorBody(error))) as ReturnType<typeof errorBody>).error;
}

describe('what to do about an error, in French', () => {
  it('is no English where the service knows more than the code says', () => {
    const error = new DashkeepError('DK_STORE_DENIED', 'EROFS', { advice: reason('mount-writable') });
    expect(error.hint).toBe('Mount the directory as writable.');
    expect(explainProblem(sent(error))).toEqual({
      title: 'Les identifiants ne permettent pas cette opération dans la cible',
      advice: 'Montez le répertoire en lecture-écriture.',
      detail: 'EROFS',
    });
  });

  it('is there for an error as it is raised', () => {
    const raised = vi.fn(() => parseTarget('ftp://host'));
    expect(raised).toThrow(DashkeepError);
    const explained = explainProblem(sent(raised.mock.results[0]?.value as DashkeepError));
    expect(explained).toEqual({
      title: 'Un paramètre n’est pas valide',
      advice:
        'Indiquez la cible sous la forme s3://bucket/préfixe, azblob://conteneur/préfixe, gs://bucket/préfixe ou file:///répertoire.',
      fact: 'ftp:// n’est pas pris en charge ; la cible doit commencer par s3://, azblob://, gs:// ou file://',
      detail: '',
    });
  });

  it.each(CODES)('%s takes the place of what the code says', (code) => {
    const advice: KnownReason = { code, params: {} };
    const error = new DashkeepError('DK_SETTINGS', 'the fact', { advice });
    const explained = explainProblem(failureText(error));
    expect(explained.advice).not.toBe('');
    expect(explained).toMatchObject({ title: 'Un paramètre n’est pas valide', detail: 'the fact' });
  });

  it('is what the code says where the service knows no more, and in records of earlier releases', () => {
    const error = new DashkeepError('DK_SETTINGS', 'the fact');
    const { code, message, hint } = error;
    const general = 'Corrigez-le dans les paramètres.';
    expect(explainProblem(sent(error))).toMatchObject({ advice: general, detail: 'the fact' });
    expect(explainProblem({ code, message, hint })).toMatchObject({ advice: general, detail: 'the fact' });
    expect(explainProblem({ code, message, hint: 'Do that.' })).toMatchObject({
      advice: '',
      detail: 'the fact. Do that.',
    });
  });

  it('is as a newer service says it where this page does not know its code', () => {
    const advice = { code: 'do-of-tomorrow', params: {} };
    const known = { code: 'DK_SETTINGS', message: 'the fact', hint: 'Do this.', advice };
    expect(explainProblem(known)).toMatchObject({ advice: '', detail: 'the fact. Do this.' });
    const unknown = { ...known, code: 'DK_OF_TOMORROW', advice: reason('make-new-plan') };
    expect(explainProblem(unknown)).toEqual({ title: 'the fact', advice: 'Créez un nouveau plan.', detail: '' });
  });

  it('about a warning of the status is said with it', () => {
    const why = reason('identity-absent');
    const warning = { code: 'DK_IDENTITY_MISSING', message: 'English', hint: 'Do this.', why };
    const title = knownText(why) ?? '';
    expect(explainProblem({ ...warning, advice: reason('enter-identity') })).toEqual({
      title,
      advice: 'C’est peut-être voulu. Sinon, saisissez la clé privée dans les paramètres.',
      detail: '',
    });
    expect(explainProblem(warning)).toEqual({ title, advice: '', detail: 'Do this.' });
  });
});
