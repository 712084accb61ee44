/** What one check came to. A failed one carries its evidence, line by line. */
export interface Check {
  what: string;
  ok: boolean;
  evidence: string[];
}
