import type { Kind } from './kind.ts';

/** A kind as its file declares it. Without `serves`, every Grafana has it. */
export type KindDefinition = Omit<Kind, 'serves'> & Partial<Pick<Kind, 'serves'>>;
