import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import * as emotion from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import type { PluginPageProps } from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import moment from 'moment';
import * as react from 'react';
import type { ComponentType } from 'react';
import * as reactDom from 'react-dom';
import * as routerCompat from 'react-router-dom-v5-compat';
import * as rxjs from 'rxjs';

/** What Grafana hands to plugins, under the names it uses; `react-router` is version 6 by way of the compat package. */
const shared = (page: ComponentType<PluginPageProps>): Record<string, object> => ({
  '@emotion/css': emotion,
  '@grafana/data': grafanaData,
  // Grafana puts its own page in the place of the package's bare one.
  '@grafana/runtime': { ...grafanaRuntime, PluginPage: page },
  '@grafana/ui': grafanaUi,
  i18next: { default: i18next, __useDefault: true },
  moment: { default: moment, __useDefault: true },
  react,
  'react-dom': reactDom,
  'react-router': routerCompat,
  rxjs,
});

/** Makes SystemJS resolve the shared names; `page` is what the app gets as Grafana's page. */
export function provideSharedModules(page: ComponentType<PluginPageProps>): void {
  const modules = shared(page);
  for (const [name, module] of Object.entries(modules)) {
    window.System.set(`package:${name}`, module);
  }
  const { prototype } = window.System.constructor;
  const { resolve } = prototype;
  prototype.resolve = function (id, parent) {
    return id in modules ? `package:${id}` : resolve.call(this, id, parent);
  };
}
