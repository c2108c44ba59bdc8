// The schemas of Discord's OpenAPI description that the recorder uses; the package ships them without types.

declare module 'discord-api-spec/zod' {
  interface Schema {
    safeParse(value: unknown): { success: boolean; error?: { issues: unknown } }
  }
  export const ApplicationCommandAutocompleteCallbackRequestSchema: Schema
  export const ApplicationCommandUpdateRequestSchema: Schema
  export const CreateMessageInteractionCallbackRequestSchema: Schema
  export const IncomingWebhookRequestPartialSchema: Schema
  export const IncomingWebhookUpdateRequestPartialSchema: Schema
  export const MessageCreateRequestSchema: Schema
  export const MessageEditRequestPartialSchema: Schema
  export const ModalInteractionCallbackRequestSchema: Schema
}
