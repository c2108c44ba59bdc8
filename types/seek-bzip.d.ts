// The part of seek-bzip that is used: decoding from a byte reader to a byte writer.
declare module 'seek-bzip' {
  interface ByteReader {
    readByte(): number
    read(buffer: Uint8Array, start: number, length: number): number
    seek(place: number): void
    eof(): boolean
  }
  interface ByteWriter {
    writeByte(byte: number): void
  }
  const Bunzip: {
    decode(input: ByteReader, output: ByteWriter, multistream: boolean): void
  }
  // biome-ignore lint/style/noDefaultExport: the package is CommonJS and has no other export.
  export default Bunzip
}
