import type { RunSummary } from '../../../pkg/contract/api/runs.ts';
import { plural } from '../i18n.ts';

/** What failed and what differs from the snapshot, each with its number; nothing for neither. */
export function problemTexts(failed: number, differs: number): string[] {
  return [
    failed > 0 && plural('run.problems', failed, '{{number}} resource failed', '{{number}} resources failed'),
    differs > 0 &&
      plural(
        'run.differs',
        differs,
        '{{number}} resource differs from the snapshot',
        '{{number}} resources differ from the snapshot',
      ),
  ].filter((text) => text !== false);
}

/** The problems of a run, which are counted together. */
export function runProblems({ problems, counts: { differs = 0 } }: Pick<RunSummary, 'problems' | 'counts'>): string {
  return problemTexts(problems - differs, differs).join(', ');
}
