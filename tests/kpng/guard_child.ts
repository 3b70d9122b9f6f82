// A KPNG server as a process of its own, for guard_test.ts: it can only die alone. Prints its port.
import { testServer, WEB } from "./harness.ts";

const server = await testServer();
server.put(WEB);
const port = server.address.network === "tcp" ? server.address.port : 0;
await Deno.stdout.write(new TextEncoder().encode(`${port}\n`));
