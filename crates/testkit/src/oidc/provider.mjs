// A provider whose people may have any name and password. Arguments: the directory of its modules, the algorithm of its
// signatures, the address to send people back to, the name and the secret of the client.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, algorithm, back, id, secret] = process.argv.slice(2);
const library = pathToFileURL(join(modules, "node_modules/oidc-provider/lib/index.js"));
const { Provider } = await import(library.href);

const { privateKey } =
  algorithm === "ES256"
    ? generateKeyPairSync("ec", { namedCurve: "P-256" })
    : generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...privateKey.export({ format: "jwk" }), kid: "one", use: "sig", alg: algorithm };

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: id,
        client_secret: secret,
        redirect_uris: [back],
        id_token_signed_response_alg: algorithm,
      },
    ],
    jwks: { keys: [key] },
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_context, login) => ({
      accountId: login,
      claims: () => ({ sub: login, preferred_username: login, email: `${login}@example.com` }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
