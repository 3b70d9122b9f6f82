/**
 * Has the Windows build of Deno run the tests of this folder that are for Windows, and the program
 * itself with its own permissions.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hnsEmulator } from "../../../backends/hns/emulator/emulator.ts";
import { openFileEmulator } from "../../../backends/hns/emulator/file_emulator.ts";
import { emulatedHcn } from "../../../backends/hns/hcn/test_emulated_hcn.ts";
import { OVERLAY_CONFIG, overlayNode, pictureOf } from "../../../backends/hns/test_node.ts";
import { denoWin, HERE, onWine, StandIns, whySkipped } from "./_stand_ins.ts";
import { serveDll } from "./dll_server.ts";

const SKIPPED = await whySkipped();
const ignore = SKIPPED !== "";
const note = ignore ? ` (skipped: ${SKIPPED})` : "";
const PROGRAM = `${HERE}../../../mod.ts`;

Deno.test.each([
  { file: "native_windows_test.ts" },
  { file: "powershell_windows_test.ts" },
])(`the Windows build of Deno under Wine passes $file${note}`, { ignore }, async ({ file }) => {
  await using standIns = await StandIns.build();
  const { code, text } = await denoWin(["test", "-P=test", "--no-check", HERE + file], {
    WINDLASS_HNS_DLL: standIns.path("computenetwork.dll"),
    WINDLASS_HNS_OLD_DLL: standIns.path("old.dll"),
    WINDLASS_HNS_POWERSHELL: standIns.path("powershell.exe"),
  });
  assert.equal(code, 0, text);
  assert.match(text, /ok \| [1-9]\d* passed/);
});

/** The command line of one sync. */
function syncArgs(folder: string, hns: string): readonly string[] {
  const { networkName, sourceVip, nodeIp, hostMac } = OVERLAY_CONFIG;
  return [
    ...["run", "-P=windlass-windows", "--no-check", PROGRAM, "file", "to-winkernel", "--once"],
    ...[`--input=${onWine(`${folder}/cluster.yaml`)}`, "--node-name=n1", "--enable-dsr"],
    ...[`--network-name=${networkName}`, `--source-vip=${sourceVip}`, `--node-ip=${nodeIp}`],
    ...[`--host-mac=${hostMac}`, `--hns=${hns}`],
  ];
}

const CLUSTER = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  type: NodePort
  clusterIP: 10.96.0.10
  clusterIPs: [10.96.0.10]
  ports: [{ name: http, port: 80, targetPort: 8080, nodePort: 30080 }]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: web-1, labels: { kubernetes.io/service-name: web } }
addressType: IPv4
ports: [{ name: http, port: 8080 }]
endpoints:
- { addresses: [10.244.2.17], nodeName: n1, conditions: { ready: true } }
- { addresses: [10.244.3.9], nodeName: n2, conditions: { ready: true } }
`;

/** Puts the stand-in where Windows has its DLLs, or takes it away again. */
async function install(standIns: StandIns, there: boolean): Promise<void> {
  const work = ["computenetwork.dll", "vmcompute.dll"].map((name) => {
    const path = `'C:\\\\Windows\\\\System32\\\\${name}'`;
    const from = JSON.stringify(standIns.path("computenetwork.dll"));
    return there ? `Deno.copyFileSync(${from}, ${path})` : `Deno.removeSync(${path})`;
  });
  const { code, text } = await denoWin(["eval", work.join("; ")]);
  assert.equal(code, 0, text);
}

Deno.test(
  `the program brings a node about by its native transport, and finds nothing to do after${note}`,
  {
    ignore,
  },
  async () => {
    await using standIns = await StandIns.build();
    const { folder } = standIns;
    await Deno.writeTextFile(`${folder}/cluster.yaml`, CLUSTER);
    await Deno.writeTextFile(`${folder}/hns.json`, JSON.stringify(overlayNode()));
    const emulated = await denoWin(syncArgs(folder, `emulator:${onWine(`${folder}/hns.json`)}`));
    assert.equal(emulated.code, 0, emulated.text);
    const wanted = await openFileEmulator(`${folder}/hns.json`);
    assert(wanted.ok);

    const emulator = hnsEmulator(overlayNode());
    const server = serveDll(emulatedHcn(emulator));
    await install(standIns, true);
    try {
      const env = { WINDLASS_HNS_PORT: String(server.port) };
      const first = await denoWin(syncArgs(folder, "native"), env);
      assert.equal(first.code, 0, first.text);
      assert.deepEqual(pictureOf(emulator), pictureOf(wanted.emulator));
      const { writes } = emulator.calls;
      assert(writes > 0);
      const again = await denoWin(syncArgs(folder, "native"), env);
      assert.equal(again.code, 0, again.text);
      assert.equal(emulator.calls.writes, writes);
    } finally {
      await install(standIns, false);
      await server.close();
    }
  },
);

Deno.test.each([
  { hns: "native", says: /Cannot reach HNS by .*computenetwork\.dll.*Install-WindowsFeature/ },
  // Wine's powershell.exe does nothing, with exit code 0; it has no hnsdiag.exe.
  { hns: "powershell", says: /host-ended.*PowerShell ended with exit code 0/ },
  { hns: "hnsdiag", says: /0x80070002 .*hnsdiag\.exe.*comes with the feature Containers/ },
])(`where Windows lacks what --hns=$hns needs, the program says what it is${note}`, {
  ignore,
}, async ({ hns, says }) => {
  const { code, text } = await denoWin([
    ...["run", "-P=windlass-windows", "--no-check", PROGRAM],
    ...["hns", "list", "--network-name=vxlan0", `--hns=${hns}`],
  ]);
  assert.equal(code, 1, text);
  assert.match(text, says);
});
