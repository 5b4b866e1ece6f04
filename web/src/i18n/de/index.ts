/** The German messages, a file for each part of the application. */
import common from './common.json';
import flows from './flows.json';
import builder from './builder.json';
import canvas from './canvas.json';
import connections from './connections.json';
import data from './data.json';
import runMode from './run-mode.json';
import stepSettings from './step-settings.json';
import runs from './runs.json';
import settings from './settings.json';
import humanInput from './human-input.json';
import signIn from './sign-in.json';
import triggerHealth from './trigger-health.json';

export const messages = {
  ...common,
  ...flows,
  ...builder,
  ...canvas,
  ...connections,
  ...data,
  ...runMode,
  ...stepSettings,
  ...runs,
  ...settings,
  ...humanInput,
  ...signIn,
  ...triggerHealth,
};
