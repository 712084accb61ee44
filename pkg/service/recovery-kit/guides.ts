import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { Html } from '../../lib/html/html.ts';
import { htmlOf } from '../../lib/markdown.ts';

/** Pages of docs/ by name, as JSON, inserted by the build. When run from source, they are read from docs/. */
declare const BUILT_IN_GUIDES: string | undefined;

/** Level of the headings of a guide in a kit. */
const LEVEL = 2;

/** Examples in the page on disaster recovery, which a kit replaces with the values of the installation. */
const EXAMPLES = {
  grafana: 'GRAFANA_URL=http://localhost:3000',
  target: 'DASHKEEP_TARGET=s3://my-bucket/grafana',
  fingerprint: '0123456789abcdef0123456789abcdef',
  confirmation: " --confirm '3 security changes'",
  trustedKeys: 'signing.trustedKeys={0123456789abcdef0123456789abcdef}',
};

/** The values of an installation, as words of a shell. */
export interface GuideValues {
  grafanaUrl: string;
  /** Variables with their values that lead to the repository. */
  target: string;
  /** Undefined leaves it to the reader. */
  fingerprint: string | undefined;
  /** Fingerprints of all keys that are trusted. */
  trusted: readonly string[];
  /** A block that sets what the commands without Dashkeep use. */
  rescue: string;
}

/** The guide to a restore with Dashkeep, with the values of an installation. */
export function disasterRecovery({ grafanaUrl, target, fingerprint, trusted }: GuideValues): Html {
  const guide = guideOf('disaster-recovery')
    .replace(EXAMPLES.grafana, () => `GRAFANA_URL=${grafanaUrl}`)
    .replace(EXAMPLES.target, () => target)
    .replace(EXAMPLES.confirmation, '')
    .replace(EXAMPLES.trustedKeys, (example) =>
      trusted.length === 0 ? example : `signing.trustedKeys={${trusted.join(',')}}`,
    )
    .replaceAll(
      fingerprint === undefined ? ` --trust ${EXAMPLES.fingerprint}` : EXAMPLES.fingerprint,
      fingerprint ?? '',
    );
  return htmlOf(guide, LEVEL, addressOf);
}

/** The guide to a restore with stock tools, with the values of an installation. */
export function rescue({ rescue: values }: GuideValues): Html {
  const guide = guideOf('rescue').replace(
    /^## 1\. .*$/m,
    (heading) => `${heading}\n\nFirst set the values of this installation:\n\n\`\`\`sh values\n${values}\`\`\``,
  );
  return htmlOf(guide, LEVEL, addressOf);
}

/** Pages that a kit contains or is. */
const IN_KIT = /^(?:#|(?:disaster-recovery|rescue|recovery-kit)\.md)/;

/** The path of a linked page below the documentation. */
function addressOf(link: string): string | undefined {
  if (IN_KIT.test(link)) {
    return undefined;
  }
  return link.includes('://') ? link : posix.join('docs', link);
}

function guideOf(name: string): string {
  return typeof BUILT_IN_GUIDES === 'string'
    ? ((JSON.parse(BUILT_IN_GUIDES) as Record<string, string>)[name] ?? '')
    : readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), 'utf8');
}
