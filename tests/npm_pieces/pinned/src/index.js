// A piece of the middle generation: its framework is a dependency, contexts have no version, steps are paused the old way.
'use strict';

const { createPiece } = require('@local/framework');

exports.pinned = createPiece({
  displayName: 'Pinned',
  auth: { type: 'SECRET_TEXT', displayName: 'Key', required: true },
  actions: [
    {
      name: 'shows', displayName: 'Shows', props: {},
      run: async (ctx) => ({ auth: ctx.auth, inProps: ctx.propsValue.auth, serverUrl: ctx.serverUrl, connection: await ctx.connections.get('custom'), url: ctx.generateResumeUrl({ queryParams: { a: '1' } }) }),
    },
    { name: 'sleeps', displayName: 'Sleeps', props: {}, run: async (ctx) => { ctx.run.pause({ pauseMetadata: { type: 'DELAY', resumeDateTime: 'Sun, 22 Nov 2026 00:10:56 GMT' } }); return {}; } },
    { name: 'waits', displayName: 'Waits', props: {}, run: async (ctx) => { ctx.run.pause({ pauseMetadata: { type: 'WEBHOOK', response: { body: 'later' } } }); return {}; } },
  ],
  triggers: [],
});
