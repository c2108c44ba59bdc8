// Slack's own types under the names we use, taken from Bolt so that one version of them is pinned.

import type { types, webApi } from '@slack/bolt'

export type KnownBlock = types.KnownBlock
export type ModalView = types.ModalView
export type DataTableBlock = types.DataTableBlock
export type WebClient = webApi.WebClient
export type InputBlock = types.InputBlock
/** As Slack sends a view's blocks back to us. */
export type AnyBlock = types.Block | types.KnownBlock
