import assert from "node:assert/strict";

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
