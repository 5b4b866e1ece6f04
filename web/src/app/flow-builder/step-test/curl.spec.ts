import { curlLine } from './curl';

describe('curlLine', () => {
  const url = 'http://localhost:8080/api/v1/webhooks/x/test';

  it('calls with a body', () => {
    expect(curlLine(url, {})).toBe(`curl -X POST '${url}' -H 'content-type: application/json' -d '{"name": "Ada"}'`);
  });

  it('shows the credentials that the trigger asks for', () => {
    expect(curlLine(url, { authType: 'basic', authFields: { username: 'ada', password: "it's" } })).toContain(`-u 'ada:it'\\''s'`);
    expect(curlLine(url, { authType: 'header', authFields: { headerName: 'x-key', headerValue: '1' } })).toContain("-H 'x-key: 1'");
  });
});
