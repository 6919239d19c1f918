/**
 * The fonts.conf of the engine children: our font packages under the names the contracts list, then the system's fonts.
 * What stands in for what is told in docs/compatibility.md.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { builtInFonts } from '../../core/processing/fonts.ts'
import type { FontFamily } from '../../core/processing/operations.ts'

const upright = ['400Regular', '700Bold']
const slanted = ['400Regular_Italic', '700Bold_Italic']
/** Fonts of text layers by the faces that they have (image-urls.md section 8). */
const singleFace = ['abril-fatface', 'audiowide', 'gravitas-one', 'lobster', 'monoton', 'pt-mono']
const fourFaces = [
  'amaranth',
  'arvo',
  'chivo',
  'crimson-text',
  'exo',
  'kanit',
  'lato',
  'lora',
  'montserrat',
  'open-sans',
  'pt-serif',
  'roboto',
  'ubuntu',
  'vollkorn',
]
/** Packages without a folder per face. */
const flat = ['fredoka-one', 'old-standard-tt']

/** Folders of font packages; weights that nobody asks for are left out, because every face is read when the cache is built. */
const packages: readonly { name: string; folders: readonly string[] }[] = [
  ...['arimo', 'tinos', 'cousine'].map((font) => googleFont(font, [...upright, ...slanted])),
  ...['comic-relief', 'noto-sans-arabic', 'noto-sans-devanagari', 'noto-sans-sc', 'nanum-gothic'].map((font) =>
    googleFont(font, upright),
  ),
  { name: 'dejavu-fonts-ttf', folders: ['ttf'] },
  ...singleFace.map((font) => googleFont(font, ['400Regular'])),
  ...fourFaces.map((font) => googleFont(font, [...upright, ...slanted])),
  ...flat.map((font) => googleFont(font, [''])),
]

function googleFont(font: string, folders: readonly string[]) {
  return { name: `@expo-google-fonts/${font}`, folders }
}

/** Only where they exist. */
const systemFolders = ['/usr/share/fonts', '/usr/local/share/fonts', '/System/Library/Fonts', '/Library/Fonts']

/** Characters that the family's own face lacks come from the first of these that has them. */
const otherScripts = ['Noto Sans Arabic', 'Noto Sans Devanagari', 'Noto Sans SC', 'Nanum Gothic', 'DejaVu Sans']
const cjk = ['Noto Sans SC', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', 'Nanum Gothic', 'Noto Sans CJK KR']

/** Substitutes in order of liking: the genuine face wins where the system has it, then the same metrics, then the same scripts. */
const substitutes: Record<FontFamily, readonly string[]> = {
  Arial: ['Arimo', 'Liberation Sans', ...otherScripts],
  'Arial Unicode MS': ['Arimo', 'Liberation Sans', ...otherScripts],
  Verdana: ['DejaVu Sans', ...otherScripts],
  Courier: ['Courier New', 'Cousine', 'Liberation Mono', 'DejaVu Sans Mono', ...otherScripts],
  'Times New Roman': ['Tinos', 'Liberation Serif', ...otherScripts],
  'Comic Sans MS': ['Comic Relief', 'Comic Neue', ...otherScripts],
  // Latin letters from a face that has all of them: Noto Sans SC lacks accented Greek and composes it badly.
  'WenQuanYi Zen Hei': ['Arimo', 'Liberation Sans', ...cjk, ...otherScripts],
  'Lohit Marathi': ['Lohit Devanagari', 'Noto Sans Devanagari', 'Arimo', ...otherScripts],
  'Lohit Devanagari': ['Noto Sans Devanagari', 'Lohit Marathi', 'Arimo', ...otherScripts],
}

const serifs = /^(Abril|Arvo|Crimson|Gravitas|Lora|Old Standard|PT Serif|Vollkorn)/

/** Nothing takes the place of the fonts of text layers; only characters that they lack come from others. */
const builtIn: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  builtInFonts.map(({ family }) => [family, [serifs.test(family) ? 'Tinos' : 'Arimo', ...otherScripts]]),
)

/** Names of the packages that are not installed: their scripts are drawn by what is left. */
export function missingFontPackages(): string[] {
  return packages.filter(({ name }) => packageFolder(name) === undefined).map(({ name }) => name)
}

/** Writes fonts.conf into `folder`, with the font cache beside it; returns its path. */
export function writeFontsConf(folder: string): string {
  const cache = join(folder, 'cache')
  mkdirSync(cache, { recursive: true })
  removeLeftOver(folder)
  const path = join(folder, 'fonts.conf')
  writeFileSync(path, fontsConf([...packageFolders(), ...systemFolders], cache))
  return path
}

/** Copies of uploaded fonts whose child was killed before it removed them: no child runs yet. */
function removeLeftOver(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('uploaded-')) rmSync(join(folder, name), { recursive: true, force: true })
  }
}

function packageFolders(): string[] {
  return packages.flatMap(({ name, folders }) => {
    const root = packageFolder(name)
    return root === undefined ? [] : folders.map((folder) => join(root, folder))
  })
}

function packageFolder(name: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

function fontsConf(folders: readonly string[], cache: string): string {
  const lines = [
    '<?xml version="1.0"?>',
    '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
    '<fontconfig>',
    ...folders.map((folder) => `<dir>${escapeXml(folder)}</dir>`),
    `<cachedir>${escapeXml(cache)}</cachedir>`,
    ...Object.entries({ ...substitutes, ...builtIn }).map(
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
