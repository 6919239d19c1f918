/** The fonts.conf of the engine children: our font packages under the names the contract lists, then the system's fonts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FontFamily } from '../../core/processing/operations.ts'

/** Folders of font packages; weights that nobody asks for are left out. */
const packages: readonly { name: string; folders: readonly string[] }[] = [
  ...['arimo', 'tinos', 'cousine', 'comic-neue'].map((font) => ({
    name: `@expo-google-fonts/${font}`,
    folders: ['400Regular', '400Regular_Italic', '700Bold', '700Bold_Italic'],
  })),
  { name: 'dejavu-fonts-ttf', folders: ['ttf'] },
]

/** Only where they exist. */
const systemFolders = ['/usr/share/fonts', '/usr/local/share/fonts', '/System/Library/Fonts', '/Library/Fonts']

/** Substitutes in order of liking: the genuine face wins where the system has it, then the same metrics, then the same scripts. */
const substitutes: Record<FontFamily, readonly string[]> = {
  Arial: ['Arimo', 'Liberation Sans', 'DejaVu Sans'],
  'Arial Unicode MS': ['Arimo', 'DejaVu Sans', 'Noto Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Zen Hei'],
  Verdana: ['DejaVu Sans'],
  Courier: ['Cousine', 'Liberation Mono', 'DejaVu Sans Mono'],
  'Times New Roman': ['Tinos', 'Liberation Serif', 'DejaVu Serif'],
  'Comic Sans MS': ['Comic Neue', 'DejaVu Sans'],
  'WenQuanYi Zen Hei': ['Noto Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'Arimo', 'DejaVu Sans'],
  'Lohit Marathi': ['Lohit Devanagari', 'Noto Sans Devanagari', 'Arimo', 'DejaVu Sans'],
  'Lohit Devanagari': ['Noto Sans Devanagari', 'Lohit Marathi', 'Arimo', 'DejaVu Sans'],
}

/** Writes fonts.conf into `folder`, with the font cache beside it; returns its path. */
export function writeFontsConf(folder: string): string {
  const cache = join(folder, 'cache')
  mkdirSync(cache, { recursive: true })
  const path = join(folder, 'fonts.conf')
  writeFileSync(path, fontsConf([...packageFolders(), ...systemFolders], cache))
  return path
}

function packageFolders(): string[] {
  const require = createRequire(import.meta.url)
  return packages.flatMap(({ name, folders }) => {
    const root = dirname(require.resolve(`${name}/package.json`))
    return folders.map((folder) => join(root, folder))
  })
}

function fontsConf(folders: readonly string[], cache: string): string {
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    ...folders.map((folder) => `<dir>${escapeXml(folder)}</dir>`),
    `<cachedir>${escapeXml(cache)}</cachedir>`,
    ...Object.entries(substitutes).map(
      ([family, accepted]) =>
        `<alias binding="same"><family>${family}</family><accept>${accepted.map((name) => `<family>${name}</family>`).join('')}</accept></alias>`,
    ),
    // A family without an italic face is slanted.
    '<match target="font">',
    '<test name="slant"><const>roman</const></test>',
    '<test target="pattern" name="slant" compare="not_eq"><const>roman</const></test>',
    '<edit name="matrix" mode="assign"><times><name>matrix</name><matrix><double>1</double><double>0.2</double><double>0</double><double>1</double></matrix></times></edit>',
    '<edit name="slant" mode="assign"><const>oblique</const></edit>',
    '</match>',
    // A family without a bold face is thickened.
    '<match target="font">',
    '<test name="weight" compare="less_eq"><const>medium</const></test>',
    '<test target="pattern" name="weight" compare="more_eq"><const>bold</const></test>',
    '<edit name="embolden" mode="assign"><bool>true</bool></edit>',
    '<edit name="weight" mode="assign"><const>bold</const></edit>',
    '</match>',
    '</fontconfig>',
  ]
  return `${lines.join('\n')}\n`
}

function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
