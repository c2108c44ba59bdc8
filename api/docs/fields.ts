// What a schema says as a list of fields: their paths, types and meaning. Pure, so that drawing is all the page does.

export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** The part of a document that references lead to. */
export interface Components {
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

/** Deeper fields are named by their parents' types; more rows would not be read. */
const MAXIMUM_FIELD_DEPTH = 4

function resolve(api: Components, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  return api.components?.schemas?.[name] ?? {}
}

function typeOf(api: Components, given: Schema): string {
  const schema = resolve(api, given)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map((choice) => typeOf(api, choice)).join(' or ')
  if (schema.enum !== undefined)
    return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  if (schema.items !== undefined) return `list of ${typeOf(api, schema.items)}`
  const type = schema.type ?? 'any'
  return typeof type === 'string' ? type : type.join(' or ')
}

export interface FieldRow {
  readonly path: string
  readonly type: string
  readonly required: boolean
  readonly description: string
}

export function fieldRows(api: Components, given: Schema, prefix = '', depth = 0): FieldRow[] {
  const schema = resolve(api, given)
  if (depth > MAXIMUM_FIELD_DEPTH) return []
  const parts = schema.allOf ?? schema.anyOf ?? schema.oneOf ?? []
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const row: FieldRow = {
      path: prefix + name,
      type: typeOf(api, field),
      required: schema.required?.includes(name) ?? false,
      description: resolve(api, field).description ?? '',
    }
    const list = resolve(api, field).items !== undefined
    const inner = resolve(api, field).items ?? field
    return [row, ...fieldRows(api, inner, `${prefix}${name}${list ? '[]' : ''}.`, depth + 1)]
  })
  return [...own, ...parts.flatMap((part) => fieldRows(api, part, prefix, depth + 1))]
}
