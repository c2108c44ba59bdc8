// Checks that every environment variable is read, defaulted, or refused by a sentence that names it.

import { describe, expect, test } from 'bun:test'
import { resolve } from 'node:path'
import { readConfiguration } from '../../bin/configuration.ts'

describe('configuration', () => {
  test('an empty environment gives the embedded defaults', () => {
    expect(readConfiguration({})).toEqual({
      ok: true,
      value: {
        port: 3000,
        host: '127.0.0.1',
        grpcPort: null,
        dataFolder: resolve('./data'),
        database: null,
        artifactFolder: null,
        s3: null,
        redisUrl: null,
        defaultModel: null,
        exampleData: null,
        hub: { endpoint: 'https://huggingface.co', token: null },
        logLevel: 'silent',
        mlflowUri: null,
        predictionLog: { keeps: 'answers', retentionDays: 30 },
        otlpEndpoint: null,
        allowedHosts: [],
        remoteEngines: [],
        requireKeys: false,
        permissionsFile: null,
        discord: null,
        slack: null,
        claude: null,
      },
    })
  })

  test('an MLflow server is an http or https address', () => {
    const read = readConfiguration({ MLFLOW_TRACKING_URI: 'http://127.0.0.1:5000/' })
    expect(read.ok && read.value.mlflowUri).toBe('http://127.0.0.1:5000')
    for (const wrong of ['sqlite:///runs.db', 'file:///tmp', '127.0.0.1:5000', 'databricks']) {
      const refused = readConfiguration({ MLFLOW_TRACKING_URI: wrong })
      expect(refused.ok ? '' : refused.failure.message).toBe(
        `MLFLOW_TRACKING_URI must be the http or https address of an MLflow server; it is "${wrong}".`,
      )
    }
  })

  test('rows of people are logged only where somebody says so', () => {
    const read = readConfiguration({
      PARLEY_PREDICTION_LOG: 'rows',
      PARLEY_PREDICTION_LOG_DAYS: '7',
    })
    expect(read.ok && read.value.predictionLog).toEqual({ keeps: 'rows', retentionDays: 7 })
    const wrong = readConfiguration({ PARLEY_PREDICTION_LOG: 'everything' })
    expect(wrong.ok ? '' : wrong.failure.message).toContain('must be one of off, answers, rows')
    for (const days of ['0', '-1', '1.5', '99999', 'week']) {
      const refused = readConfiguration({ PARLEY_PREDICTION_LOG_DAYS: days })
      expect(refused.ok ? '' : refused.failure.message).toContain('PARLEY_PREDICTION_LOG_DAYS')
    }
  })

  test('PostgreSQL and S3 are read together, with the names of Amazon’s own tools', () => {
    const environment = {
      DATABASE_URL: 'postgres://parley:secret@db:5432/parley',
      PARLEY_ARTIFACTS: 's3://models/team/',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'key',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
    }
    const read = readConfiguration(environment)
    expect(read.ok && read.value).toMatchObject({
      database: environment.DATABASE_URL,
      artifactFolder: null,
      s3: {
        bucket: 'models',
        prefix: 'team',
        endpoint: 'http://127.0.0.1:9000',
        region: 'us-east-1',
        accessKeyId: 'id',
        secretAccessKey: 'key',
      },
    })
    for (const name of ['DATABASE_URL', 'AWS_ACCESS_KEY_ID'] as const) {
      const refused = readConfiguration({ ...environment, [name]: '' })
      expect(refused.ok ? '' : refused.failure.message).toContain(name)
    }
    const wrong = readConfiguration({ ...environment, DATABASE_URL: 'mysql://me:secret@db/x' })
    expect(wrong.ok ? '' : wrong.failure.message).not.toContain('secret')
  })

  test('the hub of models is an http or https address', () => {
    const read = readConfiguration({ HF_ENDPOINT: 'http://127.0.0.1:8080/', HF_TOKEN: 'hf_1' })
    expect(read.ok && read.value.hub).toEqual({ endpoint: 'http://127.0.0.1:8080', token: 'hf_1' })
    const refused = readConfiguration({ HF_ENDPOINT: 'hub' })
    expect(refused.ok ? '' : refused.failure.message).toContain('HF_ENDPOINT must be')
  })

  test('names of a proxy are read one by one, and make everybody need a key', () => {
    const read = readConfiguration({
      PARLEY_ALLOWED_HOSTS: 'Parley.example.com, 10.0.0.7,[fd00::1],',
    })
    expect(read.ok && read.value).toMatchObject({
      allowedHosts: ['parley.example.com', '10.0.0.7', '[fd00::1]'],
      requireKeys: true,
    })
    for (const wrong of ['https://parley.example.com', 'parley.example.com:443', '*', 'a b']) {
      const refused = readConfiguration({ PARLEY_ALLOWED_HOSTS: `ok.example,${wrong}` })
      expect(refused.ok ? '' : refused.failure.message).toContain(`one is "${wrong}"`)
    }
  })

  test('a token turns the Discord bot on, and a setting that cannot be right is named without it', () => {
    const given = { DISCORD_TOKEN: 'secret', DISCORD_APPLICATION_ID: '900000000000000001' }
    const read = readConfiguration(given)
    expect(read.ok && read.value.discord).toEqual({
      token: 'secret',
      applicationId: '900000000000000001',
      apiUrl: null,
      guildId: null,
    })
    for (const [name, value] of [
      ['DISCORD_TOKEN', 'Bot secret'],
      ['DISCORD_APPLICATION_ID', 'Parley'],
      ['DISCORD_GUILD_ID', 'the team'],
      ['DISCORD_API_URL', 'discord'],
    ] as const) {
      const refused = readConfiguration({ ...given, [name]: value })
      expect(refused.ok ? '' : refused.failure.message).toContain(name)
      expect(refused.ok ? '' : refused.failure.message).not.toContain('secret')
    }
    expect(readConfiguration({ DISCORD_APPLICATION_ID: '900000000000000001' }).ok).toBe(false)
  })

  test('a key turns Claude on, with its default model', () => {
    const read = readConfiguration({
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    })
    expect(read.ok && read.value.claude).toEqual({
      apiKey: 'k',
      baseUrl: 'http://127.0.0.1:1',
      model: 'claude-opus-5-5',
    })
  })

  test.each([
    ['PORT', '70000'],
    ['PORT', 'http'],
    ['PORT', '-1'],
    ['GRPC_PORT', 'nine'],
    ['PARLEY_REMOTE_ENGINES', 'triton:8000'],
    ['PARLEY_REMOTE_ENGINES', 'http://triton:8000/v2'],
    ['PARLEY_REQUIRE_KEYS', 'perhaps'],
    ['PARLEY_DEFAULT_MODEL', 'Not A Name'],
    ['LOG_LEVEL', 'loud'],
    ['ANTHROPIC_BASE_URL', 'ftp://x'],
    ['DATABASE_URL', 'postgres://x'],
    ['DATABASE_URL', 'mysql://x/parley'],
    ['REDIS_URL', 'http://x'],
    ['PARLEY_ARTIFACTS', 's3://bucket'],
    ['PARLEY_EXAMPLE_DATA', 'no/such/folder'],
  ])('a bad %s (%s) is named', (name, value) => {
    const read = readConfiguration({ [name]: value })
    expect(read.ok).toBe(false)
    if (!read.ok) expect(read.failure.message).toContain(name)
  })

  test.each([
    [{}, false],
    [{ HOST: 'localhost' }, false],
    [{ HOST: '::1' }, false],
    [{ HOST: '0.0.0.0' }, true],
    [{ HOST: '0.0.0.0', PARLEY_REQUIRE_KEYS: '0' }, true],
    [{ HOST: '192.168.1.7' }, true],
    [{ PARLEY_REQUIRE_KEYS: '1' }, true],
    [{ PARLEY_REQUIRE_KEYS: 'true' }, true],
    [{ PARLEY_REQUIRE_KEYS: '0' }, false],
    [{ HOST: '127.0.0.2' }, false],
    [{ HOST: '127.0.0.1.example.com' }, true],
  ])('%p needs keys: %p', (environment, needed) => {
    const read = readConfiguration(environment)
    expect(read.ok && read.value.requireKeys).toBe(needed)
  })

  test('a blank variable counts as unset', () => {
    const read = readConfiguration({ PORT: ' ', HOST: '', ANTHROPIC_API_KEY: '' })
    expect(read.ok && [read.value.port, read.value.claude]).toEqual([3000, null])
  })
})
