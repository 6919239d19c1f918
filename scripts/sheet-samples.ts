/**
 * The samples of the contact sheet (scripts/contact-sheet.ts): every key of the transformation language at least once, on
 * the pictures that show it best. A test keeps the table complete.
 */

/** photo.jpg: 480 x 320. logo.png: transparent, 300 x 200. scan.png: a stamp on white, 300 x 200. wave.gif: four frames. */
export type SampleFile = 'photo.jpg' | 'logo.png' | 'scan.png' | 'wave.gif'

export interface Group {
  title: string
  /** File and transformation; several of the same file together. */
  samples: readonly (readonly [SampleFile, ...string[]])[]
}

export const groups: readonly Group[] = [
  {
    title: 'Size and crop',
    samples: [
      [
        'photo.jpg',
        'w-200',
        'h-120',
        'w-0.25',
        'w-iw_div_4',
        'w-180,ar-1-1',
        'w-90,h-60,dpr-2',
        'w-200,h-200',
        'w-200,h-200,fo-left',
        'w-100,h-200,fo-auto',
        'w-160,h-160,fo-face',
        'w-160,h-160,fo-custom',
        'w-160,h-160,z-2',
        'w-200,h-200,c-maintain_ratio_no_enlarge',
        'w-120,h-200,c-force',
        'w-200,h-200,c-at_max',
        'w-200,h-200,c-at_max_enlarge',
        'w-150,h-150,c-at_least',
        'w-150,h-150,cm-extract',
        'w-150,h-150,cm-extract,x-40,y-20',
        'w-150,h-150,cm-extract,xc-380,yc-230',
        'w-200,h-200,cm-pad_resize,bg-F3D9B1',
        'w-200,h-200,cm-pad_resize,fo-top,bg-2E4057',
        'w-400,h-240,cm-pad_extract,bg-gold',
        'w-700,h-500,cm-pad_resize_no_enlarge,bg-teal',
        'w-600,h-200,cm-pad_extract_no_shrink,bg-plum',
      ],
    ],
  },
  {
    title: 'Backgrounds of padding',
    samples: [
      [
        'photo.jpg',
        'w-220,h-220,cm-pad_resize',
        'w-220,h-220,cm-pad_resize,bg-blurred',
        'w-300,h-120,cm-pad_resize,bg-blurred_20_N60',
        'w-300,h-120,cm-pad_resize,bg-blurred_80_60',
        'w-220,h-220,cm-pad_resize,bg-dominant',
        'w-300,h-120,cm-pad_resize,bg-gradient_dominant',
        'w-220,h-220,cm-pad_resize,bg-gradient_dominant_4',
        'w-220,h-220,cm-pad_resize,bg-FF000040',
      ],
      ['logo.png', 'w-220,h-220,cm-pad_resize,bg-E8F1F2', 'bg-FFE066', 'bg-00800050', 'bg-dominant'],
    ],
  },
  {
    title: 'Colours and sharpness',
    samples: [
      [
        'photo.jpg',
        'e-grayscale',
        'e-contrast',
        'e-sharpen',
        'e-sharpen-40',
        'e-usm',
        'e-usm-5-5-2-0.02',
        'bl-3',
        'bl-15',
        'bl-100',
        'e-colorize',
        'e-colorize-co-B03060_in-70',
        'cr-3A86FF',
        'cr-8338EC_25_A03020',
        'q-5',
        'f-jpg,pr-true,q-60',
        'f-webp,lo-true',
      ],
      ['logo.png', 'e-grayscale', 'bl-8', 'cr-20A060_30_E03040', 'cr-00000000_30_E03040'],
    ],
  },
  {
    title: 'Shapes, borders, opacity',
    samples: [
      [
        'photo.jpg',
        'r-40',
        'r-max',
        'w-200,h-200:r-max',
        'r-0_20_60_150',
        'b-10_FFFFFF',
        'b-iw_mul_0.03_crimson',
        'r-40:b-6_2E4057',
        'r-40,b-8_2E4057',
        'r-max,b-10_FFD16690',
        'r-60,bg-FFE066',
        'r-60,f-jpg',
        'o-40',
        'o-40,bg-FF0000',
      ],
      ['logo.png', 'r-40,b-6_333333', 'o-40'],
      ['scan.png', 't-true', 't-60', 't-true,b-6_crimson'],
    ],
  },
  {
    title: 'Gradients, shadows, distortion, turns',
    samples: [
      [
        'photo.jpg',
        'e-gradient',
        'e-gradient-ld-top_from-000000_sp-0.6',
        'e-gradient-ld-45_from-FF006E70_to-3A86FF70',
        'e-gradient-ld-right_from-black_to-00000000_sp-iw_div_3',
        'e-distort-p-60_20_430_70_480_300_0_250',
        'e-distort-a-90',
        'e-distort-a-N60',
        'w-480,h-120:e-distort-a-360',
        'rt-90',
        'rt-N15',
        'rt-15,bg-FFE066',
        'rt-auto',
        'fl-h',
        'fl-v',
        'fl-h_v',
      ],
      [
        'logo.png',
        'e-shadow',
        'e-shadow-bl-4_st-80_x-N5_y-5',
        'e-gradient-from-000000_to-00000000',
        'e-distort-p-40_10_260_50_300_200_0_170',
        'e-distort-a-120',
      ],
    ],
  },
  {
    title: 'Layers: pictures and blocks',
    samples: [
      [
        'photo.jpg',
        'l-image,i-logo.png,w-160,l-end',
        'l-image,i-logo.png,w-160,t-false,bg-FFFFFF80,l-end',
        'l-image,i-logo.png,w-120,lfo-bottom_right,l-end',
        'l-image,i-logo.png,w-120,lx-20,ly-10,l-end',
        'l-image,i-logo.png,w-120,lx-N20,ly-bh_mul_0.6,l-end',
        'l-image,i-logo.png,w-120,lxc-120,lyc-160,l-end',
        'l-image,i-logo.png,w-120,lap-center,lx-0,ly-0,l-end',
        'l-image,i-logo.png,w-160,rt-20,o-60,l-end',
        'l-image,i-photo.jpg,w-160,h-160,r-max,b-6_FFFFFF,lfo-right,l-end',
        'l-image,i-photo.jpg,w-200,e-grayscale,l-text,i-inside,fs-40,co-FFFFFF,l-end,l-end',
        'l-image,i-logo.png,w-400,lm-multiply,l-end',
        'l-image,i-logo.png,w-400,lm-cutter,l-end',
        'l-image,i-logo.png,w-400,lm-cutout,l-end',
        'l-image,i-logo.png,w-400,lm-displace,x-40,y-20,l-end',
        'l-image,i-ik_canvas,bg-8338EC,w-200,h-90,r-20,al-6,l-end',
        'l-image,i-ik_canvas,bg-FFFFFF,h-bh_div_3,w-bw,e-gradient-from-FF006E_to-3A86FF,lfo-bottom,l-end',
      ],
    ],
  },
  {
    title: 'Layers: text',
    samples: [
      [
        'photo.jpg',
        'l-text,i-Hello world,fs-60,co-FFFFFF,l-end',
        'l-text,i-Hello world,fs-50,ff-Lobster,co-FFE066,lfo-bottom,l-end',
        'l-text,i-Bold italic,fs-50,tg-b_i,co-white,l-end',
        'l-text,i-struck out,fs-50,tg-strikethrough,co-white,l-end',
        'l-text,i-A box with rounded corners and padding,w-260,fs-30,bg-00000070,co-white,pa-16_24,r-20,l-end',
        'l-text,i-wrapped to the left in lines,w-200,ia-left,fs-32,lh-44,bg-FFFFFF80,l-end',
        'l-text,i-wrapped to the right in lines,w-200,ia-right,fs-32,bg-FFFFFF80,l-end',
        'l-text,i-see through,fs-70,co-white,al-4,l-end',
        'l-text,i-turned,fs-60,co-white,rt-N30,l-end',
        'l-text,i-mirror,fs-60,co-white,fl-h,l-end',
        'l-text,ie-0JfQtNGA0LDQstGB0YLQstGD0Lk%3D,fs-50,co-white,l-end',
      ],
    ],
  },
  {
    title: 'Conditions, chains, animations',
    samples: [
      [
        'photo.jpg',
        'if-ar_gt_1,w-200,e-grayscale,if-else,w-300,if-end',
        'if-w_lt_100,bl-20,if-else,r-40,if-end',
        'w-200,h-200:rt-30:bl-2',
        'rt-30,w-200,h-200,bl-2',
      ],
      ['wave.gif', 'w-200,f-gif', 'r-max,b-6_crimson,f-webp', 'pg-3'],
    ],
  },
]

/** Keys that change the file and not the look. */
export const unseenKeys = ['md', 'cp', 'orig', 'di'] as const
