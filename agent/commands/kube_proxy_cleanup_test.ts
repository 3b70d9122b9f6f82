import assert from "node:assert/strict";
import { join } from "node:path";
import { main } from "../main.ts";
import { fakeIo } from "../test_io.ts";

/** Why no namespace can be made here; `null` if one can. */
function whyNot(): string | null {
  if (Deno.build.os !== "linux") return "needs Linux";
  try {
    const { code, stderr } = new Deno.Command("unshare", {
      args: ["--map-root-user", "--net", "ip", "link", "set", "dev", "lo", "up"],
    }).outputSync();
    return code === 0 ? null : `cannot: ${new TextDecoder().decode(stderr).trim()}`;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `cannot: ${error.message}`;
  }
}

/** What a run before has left (it is known by its metric), beside an address of somebody else's. */
const SCRIPT = `set -e
ip link set dev lo up
ip address add 10.96.0.10/32 dev lo metric ${0x574e444c}
ip address add 192.0.2.7/32 dev lo
"$@"
ip -o address show dev lo
`;

const why = whyNot();

Deno.test({
  name: `--cleanup takes off our addresses and nobody else's${why === null ? "" : ` (${why})`}`,
  ignore: why !== null,
  async fn() {
    const program = new URL("../../mod.ts", import.meta.url).pathname;
    const line = ["--proxy-mode=userspace", "--cleanup", "--address-manager=iproute2"];
    const permissions = ["--allow-run=ip", "--allow-sys=hostname", "--allow-net", "--allow-read"];
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--map-root-user", "--net", "sh", "-c", SCRIPT, "sh"],
        ...[Deno.execPath(), "run", "--quiet", "--no-check", ...permissions, program],
        ...line,
        "--interface=lo",
      ],
    }).output();
    const err = new TextDecoder().decode(stderr);
    assert.equal(code, 0, err);
    assert.match(err, /"Took off what a run before had left" interface="lo" addresses=1/);
    const left = new TextDecoder().decode(stdout);
    assert.match(left, /192\.0\.2\.7\/32/);
    assert.doesNotMatch(left, /10\.96\.0\.10/);
  },
});

const NETWORK = {
  ID: "8E3C0C3A-3B54-4F8F-9D8A-51A0B8B6F5A1",
  Name: "vxlan0",
  Type: "Overlay",
  SchemaVersion: { Major: 2, Minor: 0 },
};

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { clusterIP: 10.96.0.10, ports: [{ port: 80 }] }
`;

Deno.test("--cleanup of the kernel's objects takes the source VIP too, and needs not be told of it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const input = join(folder, "cluster.yaml");
    const state = join(folder, "hns.json");
    const before = { Networks: [NETWORK], Endpoints: [], LoadBalancers: [] };
    await Deno.writeTextFile(input, SERVICE);
    await Deno.writeTextFile(state, JSON.stringify(before));
    const left = async () => JSON.parse(await Deno.readTextFile(state));
    const node = ["--network-name=vxlan0", "--node-ip=172.16.0.20", `--hns=emulator:${state}`];
    const more = ["--source-vip=10.244.2.2", "--host-mac=00-15-5d-65-2a-00", "--node-name=n1"];
    const io = fakeIo();
    const sync = ["file", "to-winkernel", "--once", "--input", input, ...node, ...more];
    assert.equal(await main(sync, io), 0, io.err());
    assert.equal((await left()).Endpoints.length, 2, "the ClusterIP's and the source VIP's");
    assert.equal(await main(["--cleanup", "--proxy-mode=kernelspace", ...node], io), 0, io.err());
    assert.deepEqual(await left(), before);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
