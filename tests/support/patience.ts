/** How many times longer to wait where every tier is required: there they share a small machine with each other. */
export const PATIENCE = process.env['DASHKEEP_REQUIRE_TIERS'] === '1' ? 3 : 1;
