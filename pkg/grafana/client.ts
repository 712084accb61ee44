export interface GrafanaClient {
  readonly url: string;
}
