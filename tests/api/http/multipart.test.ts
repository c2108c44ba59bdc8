// Forms are read as they arrive: the same whatever the pieces, cut at the limits, and never held whole.

import { describe, expect, test } from 'bun:test'
import { type FilePart, type FormRules, readForm } from '#api/http/multipart.ts'
import { MAXIMUM_FIELD_BYTES } from '#api/limits.ts'
import { succeed } from '#core/errors.ts'

const BOUNDARY = 'XxX'
const RULES: FormRules = {
  textFields: ['name', 'features'],
  fileFields: ['file'],
  maximumFiles: 2,
  maximumFileBytes: 1_000_000,
}

/** A request whose body arrives in pieces of the given size. */
function formRequest(body: Uint8Array | string, pieceBytes = 1 << 20, type?: string): Request {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  let at = 0
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + pieceBytes))
      at += pieceBytes
    },
  })
  return new Request('http://127.0.0.1/api/models', {
    method: 'POST',
    headers: { 'content-type': type ?? `multipart/form-data; boundary=${BOUNDARY}` },
    body: stream,
  })
}

const keep = async ({ fileName, fieldName, content }: FilePart) =>
  succeed({ fieldName, fileName, bytes: Buffer.from(await new Response(content).arrayBuffer()) })

const read = (request: Request, rules = RULES) => readForm(request, rules, keep)

function part(headers: string, content: string): string {
  return `--${BOUNDARY}\r\n${headers}\r\n\r\n${content}\r\n`
}
const field = (name: string, content: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, content)
const file = (fileName: string, content: string) =>
  part(
    `Content-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: application/octet-stream`,
    content,
  )
const END = `--${BOUNDARY}--\r\n`

async function failureOf(request: Request, rules = RULES) {
  const form = await read(request, rules)
  if (form.ok) throw new Error('the form was read')
  return form.failure
}

describe('a form', () => {
  test('reads the same in pieces of any size, look-alike boundaries included', async () => {
    const content = `\r\n--Xx\r\n--XxY--\r\n\0binary\xff\r\n--${BOUNDARY.slice(0, 2)}`
    const body =
      field('name', 'churn') + file('a model.pkl', content) + field('features', 'a, b') + END
    for (const pieceBytes of [1, 2, 3, 7, 64, 4096]) {
      const form = await read(formRequest(body, pieceBytes))
      if (!form.ok) throw new Error(form.failure.message)
      expect(form.value.fields.get('name')).toEqual(['churn'])
      expect(form.value.fields.get('features')).toEqual(['a, b'])
      expect(form.value.files.map(({ fileName }) => fileName)).toEqual(['a model.pkl'])
      expect(form.value.files[0]?.bytes.toString()).toBe(content)
    }
  })

  test('written by the platform itself is understood, unusual names included', async () => {
    const data = new FormData()
    data.append('name', 'größe "x"')
    data.append('file', new File([new Uint8Array([0, 13, 10, 45, 45])], 'mo"del ü.pkl'))
    const source = new Request('http://127.0.0.1/', { method: 'POST', body: data })
    const type = source.headers.get('content-type') ?? ''
    const form = await read(formRequest(await source.bytes(), 5, type))
    if (!form.ok) throw new Error(form.failure.message)
    expect(form.value.fields.get('name')).toEqual(['größe "x"'])
    expect(form.value.files[0]?.fileName).toBe('mo"del ü.pkl')
    expect([...(form.value.files[0]?.bytes ?? [])]).toEqual([0, 13, 10, 45, 45])
  })

  test('with empty parts and text around it is read', async () => {
    const form = await read(
      formRequest(`preamble\r\n${field('name', '')}${file('empty.pkl', '')}${END}epilogue`, 3),
    )
    if (!form.ok) throw new Error(form.failure.message)
    expect(form.value.fields.get('name')).toEqual([''])
    expect(form.value.files[0]?.bytes.length).toBe(0)
  })

  test('with a file field that nobody filled has no file', async () => {
    const form = await read(formRequest(file('', '') + field('name', 'x') + END, 4))
    expect(form.ok && form.value.files).toEqual([])
    expect(form.ok && form.value.fields.get('name')).toEqual(['x'])
  })

  test.each([
    ['C:\\fakepath\\churn.pkl', 'churn.pkl'],
    ['../../etc/passwd', 'passwd'],
    ['..', 'file'],
    ['', 'file'],
    ['a\u0000b\u001b.pkl', 'ab.pkl'],
  ])('keeps of the file name %p only %p', async (given, kept) => {
    const form = await read(formRequest(file(given, 'x') + END))
    expect(form.ok && form.value.files[0]?.fileName).toBe(kept)
  })
})

describe('a form is refused', () => {
  test('at the byte past the limit of a file, without reading on', async () => {
    let pulled = 0
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const head = Buffer.from(file('big.pkl', '').slice(0, -2))
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(pulled === 0 ? head : chunk)
        pulled += 1
      },
    })
    const request = new Request('http://127.0.0.1/', {
      method: 'POST',
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body: stream,
    })
    expect((await failureOf(request)).code).toBe('too_large')
    expect(pulled * chunk.length).toBeLessThan(RULES.maximumFileBytes + 10 * chunk.length)
  })

  test('by its declared length alone where that is past every limit', async () => {
    const request = formRequest(file('a', 'x') + END)
    request.headers.set('content-length', String(10 * 1024 ** 3))
    expect((await failureOf(request)).code).toBe('too_large')
  })

  test('where a text field is too long, unknown, or one of too many', async () => {
    const long = field('name', 'x'.repeat(MAXIMUM_FIELD_BYTES + 1)) + END
    expect((await failureOf(formRequest(long))).code).toBe('too_large')
    const unknown = await failureOf(formRequest(field('nmae', 'x') + END))
    expect(unknown).toMatchObject({ code: 'invalid_input', details: [{ path: 'nmae' }] })
    expect((await failureOf(formRequest(field('name', 'x').repeat(40) + END))).code).toBe(
      'too_large',
    )
  })

  test('where the file came as a text, as curl sends it without its @', async () => {
    const failure = await failureOf(formRequest(field('file', 'churn_model.pkl') + END))
    expect(failure).toMatchObject({ code: 'invalid_input', details: [{ path: 'file' }] })
    expect(failure.message).toContain('-F file=@')
  })

  test('where it holds more files than asked for', async () => {
    const failure = await failureOf(formRequest(file('a', 'x').repeat(3) + END))
    expect(failure).toMatchObject({ code: 'invalid_input', details: [{ path: 'file' }] })
  })

  test.each([
    ['cut inside a file', file('a', 'x').slice(0, -4)],
    ['cut inside a header', `--${BOUNDARY}\r\nContent-Disp`],
    ['without a last boundary', file('a', 'x')],
    ['without any boundary', 'hello'],
    ['with a part without a name', part('Content-Type: text/plain', 'x') + END],
    ['empty', ''],
  ])('when it is %s', async (_what, body) => {
    for (const pieceBytes of [1, 1000]) {
      expect((await failureOf(formRequest(body, pieceBytes))).code).toBe('malformed_request')
    }
  })

  test('when the header of a part never ends', async () => {
    const endless = `--${BOUNDARY}\r\nX: ${'y'.repeat(100_000)}`
    expect((await failureOf(formRequest(endless))).code).toBe('malformed_request')
  })

  test('when it is no form, or names no boundary', async () => {
    expect((await failureOf(formRequest('{}', 9, 'application/json'))).code).toBe(
      'unsupported_file',
    )
    expect((await failureOf(formRequest('x', 9, 'multipart/form-data'))).code).toBe(
      'malformed_request',
    )
  })
})
