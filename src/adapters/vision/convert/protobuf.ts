/** Writes protocol buffers: the few wire types that ONNX files need. */

/** A message as its fields in the order written. */
export type Field =
  | readonly [number: number, type: 'varint', value: number]
  | readonly [number: number, type: 'float', value: number]
  | readonly [number: number, type: 'text', value: string]
  | readonly [number: number, type: 'bytes', value: Uint8Array]
  | readonly [number: number, type: 'message', value: readonly Field[]]

const [varintWire, lengthWire, fixedWire] = [0, 2, 5]

/** The message's bytes; the same fields always give the same bytes. */
export function encode(fields: readonly Field[]): Buffer {
  const pieces: Uint8Array[] = []
  write(fields, pieces)
  return Buffer.concat(pieces)
}

function write(fields: readonly Field[], pieces: Uint8Array[]): void {
  for (const [number, type, value] of fields) {
    switch (type) {
      case 'varint':
        pieces.push(varint(key(number, varintWire)), varint(value))
        break
      case 'float': {
        const bytes = Buffer.alloc(4)
        bytes.writeFloatLE(value)
        pieces.push(varint(key(number, fixedWire)), bytes)
        break
      }
      case 'text':
        writeBytes(number, Buffer.from(value), pieces)
        break
      case 'bytes':
        writeBytes(number, value, pieces)
        break
      case 'message':
        writeBytes(number, encode(value), pieces)
        break
      default:
        throw new Error(`unknown type of field ${number}: ${type satisfies never}`)
    }
  }
}

function writeBytes(number: number, bytes: Uint8Array, pieces: Uint8Array[]): void {
  pieces.push(varint(key(number, lengthWire)), varint(bytes.length), bytes)
}

function key(number: number, wire: number): number {
  return number * 8 + wire
}

/** Negative numbers take ten bytes, as two's complement of 64 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}
