/** The German messages, a file for each part of the application. */
import common from './common.json';
import flows from './flows.json';
import builder from './builder.json';
import runs from './runs.json';
import settings from './settings.json';
import signIn from './sign-in.json';

export const messages = { ...common, ...flows, ...builder, ...runs, ...settings, ...signIn };
