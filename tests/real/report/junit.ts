import { checkLines, type Outcome } from './outcome.ts';

/** The outcomes as JUnit XML: one test case per journey. */
export function junit(outcomes: readonly Outcome[]): string {
  const failures = outcomes.filter(({ status }) => status === 'failed').length;
  const skipped = outcomes.filter(({ status }) => status === 'skipped').length;
  const cases = outcomes.map(testCase).join('\n');
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="real Grafana" tests="${outcomes.length}" failures="${failures}" skipped="${skipped}">
${cases}
</testsuite>
`;
}

function testCase(outcome: Outcome): string {
  const { name, title, seconds, status, reason = '' } = outcome;
  const start = `  <testcase classname="${escaped(name)}" name="${escaped(title)}" time="${seconds}"`;
  if (status === 'passed') {
    return `${start}/>`;
  }
  const inner =
    status === 'skipped'
      ? `<skipped message="${escaped(reason)}"/>`
      : `<failure message="${escaped(reason)}">${escaped(outcome.checks.flatMap(checkLines).join('\n'))}</failure>`;
  return `${start}>${inner}</testcase>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Control characters are not allowed in XML, escaped or not. */
function escaped(text: string): string {
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, '').replace(/[&<>"]/g, (one) => ENTITIES[one] ?? one);
}
