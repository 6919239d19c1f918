/** URLs of other services (media-library-api.md section 12): what of them is read, and that our parser takes all of it. */
import { describe, expect, it, test } from 'vitest'
import { parseTransformation } from '../transformations/language/parse.ts'
import { rewritten } from './rewrite.ts'

const cloudinary = (path: string, keep = false) => {
  const found = rewritten({ type: 'CLOUDINARY', preserveAssetDeliveryTypes: keep }, path.split('/'), new Map())
  return { path: found.path.join('/'), tr: readable(found.transformations) }
}
const byQuery = (type: 'IMGIX' | 'AKAMAI') => (query: string) =>
  readable(rewritten({ type }, ['a.jpg'], new Map(new URLSearchParams(query))).transformations)

/** As one chain, which the parser takes. */
function readable(transformations: readonly string[]): string {
  const chain = transformations.join(':')
  if (!/n-/.test(chain)) parseTransformation(chain)
  return chain
}

describe('Cloudinary', () => {
  test.each<[string, string]>([
    ['w_200', 'w-200'],
    ['w_0.5', 'w-0.5'],
    ['w_auto', 'w-auto'],
    ['w_200,h_100', 'w-200,h-100,c-force'],
    ['c_fill,g_auto,h_300,w_250', 'c-maintain_ratio,fo-auto,h-300,w-250'],
    ['c_thumb,g_face,w_80,h_80', 'c-maintain_ratio,fo-face,w-80,h-80'],
    ['c_fit,w_80', 'c-at_max_enlarge,w-80'],
    ['c_limit,w_80,h_80', 'c-at_max,w-80,h-80'],
    ['c_pad,b_rgb:ff0000,w_80,h_80', 'cm-pad_resize,bg-FF0000,w-80,h-80'],
    ['c_crop,x_10,y_20,w_80,h_60', 'cm-extract,x-10,y-20,w-80,h-60'],
    ['c_crop,g_south_east,x_10,w_80,h_60', 'cm-extract,fo-bottom_right,w-80,h-60'],
    ['ar_16:9,c_fill,w_160', 'ar-16-9,c-maintain_ratio,w-160'],
    ['q_auto,f_auto,dpr_2.0', 'f-auto,dpr-2'],
    ['q_70:420,f_webp', 'q-70,f-webp'],
    ['a_90', 'rt-90'],
    ['a_-20', 'rt-N20'],
    ['a_hflip', 'fl-h'],
    ['r_max', 'r-max'],
    ['r_1:2:3:4', 'r-1_2_3_4'],
    ['e_blur:200', 'bl-10'],
    ['e_grayscale', 'e-grayscale'],
    ['bo_3px_solid_rgb:00ff00', 'b-3_00FF00'],
    ['o_50,fl_progressive', 'o-50,pr-true'],
    ['t_card', 'n-card'],
    ['e_sepia,co_red', ''],
    ['w_9999999999,dpr_9,q_0', ''],
    ['c_fill,w_10,h_10/e_grayscale', 'c-maintain_ratio,w-10,h-10:e-grayscale'],
    ['w_100/l_logo,w_20,g_south/q_50', 'w-100:q-50'],
    ['l_logo/w_20/fl_layer_apply,g_south/q_50', 'q-50'],
    ['if_w_gt_100/w_20/if_end/q_50', 'q-50'],
  ])('%s', (given, tr) => expect(cloudinary(`image/upload/${given}/v17/a/b.jpg`)).toEqual({ path: 'a/b.jpg', tr }))

  it('takes types, signatures and versions off the path', () => {
    expect(cloudinary('image/upload/s--abcd1234--/w_2/v1/w_x/b.jpg').path).toBe('w_x/b.jpg')
    expect(cloudinary('image/private/a.jpg')).toEqual({ path: 'a.jpg', tr: '' })
    expect(cloudinary('iu/w_20/a.jpg')).toEqual({ path: 'a.jpg', tr: 'w-20' })
    expect(cloudinary('image/upload/w_20')).toEqual({ path: 'w_20', tr: '' })
    expect(cloudinary('image/upload/w_20/a.jpg', true)).toEqual({ path: 'image/upload/a.jpg', tr: 'w-20' })
  })
  it('leaves other paths as they are', () => {
    expect(cloudinary('w_20/a.jpg')).toEqual({ path: 'w_20/a.jpg', tr: '' })
    expect(cloudinary('image/upload')).toEqual({ path: 'image/upload', tr: '' })
  })
})

describe('Imgix', () => {
  test.each<[string, string]>([
    ['w=200', 'w-200,c-at_max_enlarge'],
    ['w=200&h=100&fit=crop&crop=top,left', 'w-200,h-100,c-maintain_ratio,fo-top_left'],
    ['w=200&ar=16:9&fit=crop&crop=faces', 'w-200,ar-16-9,c-maintain_ratio,fo-face'],
    ['w=200&ar=16:9&fit=max', 'w-200,c-at_max'],
    ['w=200&h=100&fit=fill&fill=solid&fill-color=0f0', 'w-200,h-100,cm-pad_resize,bg-00FF00'],
    ['w=200&h=100&fit=scale&dpr=2&q=60&fm=pjpg', 'w-200,h-100,c-force,dpr-2,q-60,f-jpg,pr-true'],
    ['auto=format,compress', ''],
    ['rot=90&flip=hv', 'rt-90,fl-h_v'],
    ['rect=10,20,30,40&w=15', 'x-10,y-20,w-30,h-40,cm-extract:w-15,c-at_max_enlarge'],
    ['blur=200&sat=-100&sharp=10', 'bl-10,e-grayscale,e-sharpen'],
    ['bg=80ff0000&border=5,000', 'bg-FF0000,b-5_000000'],
    ['mask=corners&corner-radius=1,2,3,4', 'r-1_2_3_4'],
    ['mask=ellipse&page=2&trim=auto', 'r-max,pg-2,t-true'],
    ['txt=hello&mark=x&w=a,b:c&q=101', 'c-at_max_enlarge'],
  ])('%s', (query, tr) => expect(byQuery('IMGIX')(query)).toBe(tr))
})

describe('Akamai', () => {
  test.each<[string, string]>([
    ['imwidth=320', 'w-320,c-at_max'],
    ['im=Resize=(400,300)', 'w-400,h-300,c-at_max_enlarge'],
    ['im=Resize,width=400', 'w-400'],
    ['im=Resize,width=400,height=300,aspect=fill', 'w-400,h-300,c-at_least'],
    ['im=Resize=(400,300),aspect=fit,type=downsize;Rotate=90', 'w-400,h-300,c-at_max:rt-90'],
    ['im=Crop,rect=(10,20,30,40)', 'cm-extract,x-10,y-20,w-30,h-40'],
    ['im=Crop,size=(30,40),gravity=North', 'cm-extract,w-30,h-40,fo-top'],
    ['im=AspectCrop=(16,9)', 'w-iw,ar-16-9,c-maintain_ratio_no_enlarge'],
    ['im=FitAndFill,width=200,height=100', 'w-200,h-100,cm-pad_resize,bg-blurred'],
    ['im=Scale,width=0.5,height=0.5', 'w-0.5,h-0.5,c-force'],
    ['im=Mirror,horizontal=true;Grayscale;Blur=3', 'fl-h:e-grayscale:bl-3'],
    ['im=BackgroundColor,color=ff0000;Opacity,opacity=0.5', 'bg-FF0000:o-50'],
    ['im=FaceCrop,width=50,height=60', 'w-50,h-60,fo-face'],
    ['impolicy=card&imwidth=20', 'n-card:w-20,c-at_max'],
    ['im=Composite,image=(url=x);Nothing,a=b;Rotate=x', ''],
    ['imbypass=true&imwidth=20', 'orig-true'],
  ])('%s', (query, tr) => expect(byQuery('AKAMAI')(query)).toBe(tr))
})

it('nothing is read without a rewriter', () => {
  const path = ['image', 'upload', 'w_2', 'a.jpg']
  expect(rewritten(null, path, new Map([['w', '2']]))).toEqual({ path, transformations: [] })
})
