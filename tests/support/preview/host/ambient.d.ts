import type { CurrentUserDTO } from '@grafana/data';

declare global {
  interface Window {
    grafanaBootData: {
      user: CurrentUserDTO;
      settings: Record<string, unknown>;
      /** Only on the preview page: who and what can be chosen. */
      preview: { pluginId: string; roles: string[]; languages: string[] };
    };
    System: {
      set(id: string, module: object): void;
      import(url: string): Promise<Record<string, unknown>>;
      constructor: { prototype: { resolve(this: unknown, id: string, parent?: string): string } };
    };
  }
}
