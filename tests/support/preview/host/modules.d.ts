declare module 'systemjs/dist/system.js';
declare module 'systemjs/dist/extras/amd.js';
declare module 'react-router-dom' {
  import type { ComponentType, ReactNode } from 'react';
  export const Router: ComponentType<{ history: unknown; children: ReactNode }>;
}
declare module '*/PluginPage.mjs' {
  import type { ComponentType } from 'react';
  export function setPluginPage(component: ComponentType<never>): void;
}
