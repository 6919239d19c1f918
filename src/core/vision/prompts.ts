/** Sentences that describe each label, for models that compare pictures with sentences. */
import type { Label } from './labels.ts'

/** None for `unknown`: that is what is left when nothing describes the picture. */
export const labelPrompts: Readonly<Record<Label, readonly string[]>> = {
  bathroom: ['a photo of a bathroom', 'a photo of a bathtub or a shower', 'a photo of a toilet and a washbasin'],
  bedroom: ['a photo of a bedroom', 'a photo of a bed in a room'],
  cert: ['an energy performance certificate', 'a scanned certificate with text'],
  commonzones: ['the entrance hall of an apartment building', 'a shared lobby with mailboxes and a lift'],
  construction: ['a building under construction', 'a construction site with scaffolding'],
  details: ['a close-up of a detail of a home', 'a close-up of a door handle, a tap or a floor'],
  emptyroom: ['an empty room without furniture', 'an unfurnished room with bare walls'],
  facade: ['the facade of a building', 'the front of a house seen from the street'],
  kitchen: ['a photo of a kitchen', 'a photo of kitchen cabinets with an oven and a hob'],
  leisure: ['a gym with exercise machines', 'a playground', 'a tennis court'],
  livingroom: ['a photo of a living room with a sofa', 'a photo of a dining room with a table and chairs'],
  map: ['a street map', 'a satellite map of a neighbourhood'],
  office: ['a home office with a desk and a computer', 'a room with a desk for work'],
  outdoors: ['a garden with grass and trees', 'a landscape', 'a street with trees'],
  parking: ['a garage for cars', 'a parking space'],
  plan: ['a floor plan of a home', 'an architectural drawing'],
  pool: ['a swimming pool'],
  storage: ['a storage room with shelves', 'a walk-in wardrobe'],
  terrace: ['a terrace with outdoor furniture', 'a balcony of an apartment'],
  business: ['a shop', 'a restaurant or a bar', 'an empty commercial space'],
  corridor: ['a corridor with doors', 'a staircase inside a home'],
  seaviews: ['a view of the sea', 'a beach'],
  unknown: [],
}
