// PostGraphile as its documentation serves it: the Amber preset, grafserv on Node's own http server, row level security through pgSettings.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

// As many as Parley has for reads.
const CONNECTIONS = 8;

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({
      connectionString: process.env.BENCH_DATABASE_URL,
      schemas: ["public"],
      pubsub: false,
      poolConfig: { max: CONNECTIONS, min: CONNECTIONS },
      // The company comes as a header without proof, as for the ceiling.
      pgSettings: ({ node }) => ({ role: "parley_app", "app.company_id": node?.req.headers["x-company"] ?? "" }),
    }),
  ],
  grafast: { explain: false },
  // The answer is written as text straight away: their optimisation for servers.
  grafserv: { graphiql: false, watch: false, websockets: false, outputDataAsString: true },
});

await pgl.getSchema();
const graphql = createServer();
await pgl.createServ(grafserv).addTo(graphql);
const server = createServer((request, response) => {
  if (request.url === "/health/ready") response.end("{}");
  else graphql.emit("request", request, response);
});
server.listen(Number(process.env.BENCH_PORT), "127.0.0.1");
