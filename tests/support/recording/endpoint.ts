/** One request that the product makes: `GET /api/folders/:x`, and where in the source. */
export interface Endpoint {
  route: string;
  at: string;
}
