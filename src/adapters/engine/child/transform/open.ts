/** Opens the source of a transformation: decides whether an animation stays one. Nothing is decoded. */
import type { Output, Part } from '../../../../core/processing/transformation.ts'
import type { Context, Header, Picture } from '../picture.ts'
import { openSource } from '../steps/load.ts'
import { pageOf } from './page.ts'

export function openDelivered(context: Context): Picture {
  const header = context.sources[0]
  if (header === undefined) throw new Error('a job without a source')
  const animated = staysAnimated(header, context)
  return {
    image: openSource(header, context, animated),
    width: header.width,
    height: header.height,
    frames: animated ? header.frames : 1,
    delay: animated ? header.delay : [],
    loop: header.loop,
    alpha: header.alpha,
    turn: { flop: false, quarters: 0 },
    format: 'png',
    edited: false,
  }
}

/** All frames are read when the result may hold them; a page that is asked for is one picture. */
function staysAnimated(header: Header, { order }: Pick<Context, 'order'>): boolean {
  const { parts = [], accepts = [] } = order.operations.transform ?? {}
  if (header.frames < 2 || (header.format !== 'gif' && header.format !== 'webp')) return false
  if (pageOf(order) !== undefined) return false
  const holds = (format: Output['format'] = 'auto') =>
    format === 'auto' ? header.format === 'gif' || accepts.includes('webp') : format !== 'svg' && animates.has(format)
  const asked = formatsIn(parts)
  // Which branches will run is not known yet: what they might need is there.
  return parts.some(({ type }) => type === 'if') ? holds() || asked.some(holds) : holds(asked.at(-1))
}

const animates = new Set<Output['format']>(['gif', 'webp', 'orig'])

function formatsIn(parts: readonly Part[]): NonNullable<Output['format']>[] {
  return parts.flatMap((part) => {
    if (part.type === 'if') return [...formatsIn(part.then), ...formatsIn(part.otherwise)]
    return part.output?.format === undefined ? [] : [part.output.format]
  })
}
