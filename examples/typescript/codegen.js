// Write src/generated.ts: the documents of src/operations.graphql, each with the types of its variables and its answer.
import { readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as documents from '@graphql-codegen/typed-document-node';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';

const read = (path) => parse(readFileSync(path, 'utf8'));
const config = {
  useTypeImports: true,
  // What Parley's scalars are in JSON.
  scalars: { DateTime: 'string', Date: 'string', Decimal: 'number', JSON: 'unknown', PageSize: 'number' },
};

const text = await codegen({
  schema: read(process.argv[2]),
  documents: [{ location: 'src/operations.graphql', document: read('src/operations.graphql') }],
  filename: 'src/generated.ts',
  pluginMap: { operations, documents },
  plugins: [{ operations: {} }, { documents: {} }],
  config,
});
writeFileSync('src/generated.ts', text);
