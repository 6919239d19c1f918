/** The fonts that text layers may name (image-urls.md section 8): the parser and the engine read one list. */

export interface BuiltInFont {
  /** As the contract spells it; a blank and `_` are the same. */
  name: string
  family: string
}

export const builtInFonts: readonly BuiltInFont[] = [
  { name: 'AbrilFatFace', family: 'Abril Fatface' },
  { name: 'Amaranth', family: 'Amaranth' },
  { name: 'Arvo', family: 'Arvo' },
  { name: 'Audiowide', family: 'Audiowide' },
  { name: 'Chivo', family: 'Chivo' },
  { name: 'Crimson Text', family: 'Crimson Text' },
  { name: 'exo', family: 'Exo' },
  { name: 'Fredoka One', family: 'Fredoka One' },
  { name: 'Gravitas One', family: 'Gravitas One' },
  { name: 'Kanit', family: 'Kanit' },
  { name: 'Lato', family: 'Lato' },
  { name: 'Lobster', family: 'Lobster' },
  { name: 'Lora', family: 'Lora' },
  { name: 'Monoton', family: 'Monoton' },
  { name: 'Montserrat', family: 'Montserrat' },
  { name: 'PT Mono', family: 'PT Mono' },
  { name: 'PT_Serif', family: 'PT Serif' },
  { name: 'Open Sans', family: 'Open Sans' },
  { name: 'Roboto', family: 'Roboto' },
  { name: 'Old Standard', family: 'Old Standard TT' },
  { name: 'Ubuntu', family: 'Ubuntu' },
  { name: 'Vollkorn', family: 'Vollkorn' },
]
