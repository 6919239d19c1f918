/** The Library API as an OpenAPI 3.1 document, made from the schemas that validate its parameters and its answers. */
import { documentHead, type Json } from '../../http/openapi.ts'
import { version } from '../../paths.ts'
import { accountPaths } from './openapi-account.ts'
import { filePaths } from './openapi-files.ts'
import { folderPaths } from './openapi-folders.ts'
import { answerSchemas, responses } from './openapi-parts.ts'
import { scoringPaths } from './openapi-scorings.ts'

/** `publicUrl`: the server's configured address; unset: the address the page was loaded from. */
export function libraryOpenApi(publicUrl: string | undefined): Json {
  const about =
    'Upload, list, search and change files, their versions, tags, metadata and custom fields; folders and bulk jobs. Compatible with the ImageKit REST API: point an existing client at this server and give it this server’s keys.'
  return {
    ...documentHead('Imagestead Library API', version, about, publicUrl),
    security: [{ privateKey: [] }],
    paths: { ...filePaths, ...scoringPaths, ...folderPaths, ...accountPaths },
    components: { securitySchemes, responses, schemas: answerSchemas },
  }
}

const securitySchemes = {
  privateKey: {
    type: 'http',
    scheme: 'basic',
    description: 'The private key (the secret key of a pair) as user name; the password is ignored.',
  },
}
