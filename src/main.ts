/** Entry of the executable; filled in by the next slice. */
export async function main(_arguments: string[]): Promise<number> {
  return 0
}
