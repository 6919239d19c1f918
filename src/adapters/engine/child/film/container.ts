/** What a container is written of: the packets of all segments in order, and how long each is shown. */

export interface Track {
  width: number
  height: number
  fps: number
  /** What the encoder said of its packets; the same in all segments. */
  config: Buffer
  packets: readonly { size: number; key: boolean }[]
  /** The last one stays for so long. */
  holdLastMs: number
}

/** A file: what stands before each packet (and so `before[0]` before all), and what comes after the last. */
export interface Layout {
  /** Asked once for each packet, in order. */
  before(index: number): Buffer
  after: Buffer
}

/** Thousandths of a second at which a packet begins to be shown; times are rounded, not added up. */
export const startOf = ({ fps }: Pick<Track, 'fps'>, index: number) => Math.round((index * 1000) / fps)

export const none: Buffer = Buffer.alloc(0)
