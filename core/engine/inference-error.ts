// The error of a run that gave no usable answer.

/** Thrown by `predict`; the message is fit for the person who asked and holds no row. */
export class InferenceError extends Error {
  override readonly name = 'InferenceError'
}
