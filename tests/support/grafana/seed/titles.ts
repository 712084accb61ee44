import type { Random } from '../random.ts';

const SERVICES = [
  'checkout',
  'payments',
  'search',
  'ingest',
  'gateway',
  'identity',
  'billing',
  'catalogue',
  'mail',
  'edge',
];
const VIEWS = ['overview', 'latency', 'errors', 'capacity', 'SLO', 'database', 'queues', 'JVM', 'nodes', 'logs'];

/** Titles that have broken tools: emoji, slashes, right to left, one slug, 200 characters, path tricks. */
export const AWKWARD_TITLES = [
  '🔥 Fire drill 🚒',
  'CPU / Memory / Disk',
  'CPU Memory Disk',
  'لوحة المراقبة الرئيسية',
  'דוח זמינות',
  '日本語ダッシュボード',
  '../../etc/passwd',
  'a'.repeat(200),
  '  leading and trailing  ',
  'quote " backslash \\ tab \t end',
  'Ünïcödé Straße',
  'cpu memory disk',
  '<script>alert(1)</script>',
  'percent %2F and ?query=1#hash',
  'null',
];

/** A title that no other index gets. */
export function titleOf(random: Random, index: number): string {
  return `${random.pick(SERVICES)} ${random.pick(VIEWS)} ${index}`;
}

export const TAGS = ['prometheus', 'loki', 'team-a', 'team-b', 'prod', 'staging', 'k8s', 'généré'];
