import 'systemjs/dist/system.js';
import 'systemjs/dist/extras/amd.js';
import * as emotion from '@emotion/css';
import * as grafanaData from '@grafana/data';
import * as grafanaRuntime from '@grafana/runtime';
import * as grafanaUi from '@grafana/ui';
import i18next from 'i18next';
import moment from 'moment';
import * as react from 'react';
import * as reactDom from 'react-dom';
import * as routerCompat from 'react-router-dom-v5-compat';
import * as rxjs from 'rxjs';

/** What Grafana hands to plugins, under the names it uses; `react-router` is version 6 by way of the compat package. */
const SHARED: Record<string, object> = {
  '@emotion/css': emotion,
  '@grafana/data': grafanaData,
  '@grafana/runtime': grafanaRuntime,
  '@grafana/ui': grafanaUi,
  i18next: { default: i18next, __useDefault: true },
  moment: { default: moment, __useDefault: true },
  react,
  'react-dom': reactDom,
  'react-router': routerCompat,
  rxjs,
};

/** Makes SystemJS resolve the shared names. It copies the namespaces, so whatever they re-export must be set before. */
export function provideSharedModules(): void {
  for (const [name, module] of Object.entries(SHARED)) {
    window.System.set(`package:${name}`, module);
  }
  const { prototype } = window.System.constructor;
  const { resolve } = prototype;
  prototype.resolve = function (id, parent) {
    return id in SHARED ? `package:${id}` : resolve.call(this, id, parent);
  };
}
