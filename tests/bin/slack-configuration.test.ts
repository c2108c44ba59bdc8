// Checks Slack's settings as they stand in the environment: each bad one is named, and no token is ever shown.

import { describe, expect, test } from 'bun:test'
import { readSlack } from '../../bin/slack-configuration.ts'

const read = (settings: Readonly<Record<string, string>>) =>
  readSlack((name) => settings[name] ?? null)

describe('Slack is', () => {
  test('left out where no token is given', () => {
    expect(read({})).toEqual({ ok: true, value: null })
  })

  test('connected by socket with an app token, over HTTP with a signing secret', () => {
    expect(
      read({
        SLACK_BOT_TOKEN: 'xoxb-1',
        SLACK_APP_TOKEN: 'xapp-1',
        SLACK_API_URL: 'http://127.0.0.1:1/api',
      }),
    ).toEqual({
      ok: true,
      value: {
        botToken: 'xoxb-1',
        connection: { mode: 'socket', appToken: 'xapp-1' },
        apiUrl: 'http://127.0.0.1:1/api/',
      },
    })
    expect(read({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's' })).toMatchObject({
      ok: true,
      value: { connection: { mode: 'http' }, apiUrl: null },
    })
  })

  test.each([
    [{ SLACK_APP_TOKEN: 'xapp-secret' }, 'SLACK_APP_TOKEN is set, but SLACK_BOT_TOKEN is not'],
    [{ SLACK_SIGNING_SECRET: 'secret' }, 'SLACK_SIGNING_SECRET is set, but SLACK_BOT_TOKEN is not'],
    [{ SLACK_BOT_TOKEN: 'secret' }, 'begins with xoxb-'],
    [{ SLACK_BOT_TOKEN: 'xoxb-secret' }, 'SLACK_APP_TOKEN (socket mode) or SLACK_SIGNING_SECRET'],
    [{ SLACK_BOT_TOKEN: 'xoxb-secret', SLACK_APP_TOKEN: 'secret' }, 'begins with xapp-'],
    [
      { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', SLACK_API_URL: 'ftp://x' },
      'SLACK_API_URL',
    ],
  ])('refused: %j', (settings, words) => {
    const answer = read(settings)
    if (answer.ok) throw new Error('it was taken')
    expect(answer.failure.message).toContain(words)
    expect(answer.failure.message).not.toMatch(/\bsecret\b/)
  })
})
