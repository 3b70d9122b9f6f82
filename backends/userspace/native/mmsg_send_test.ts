import assert from "node:assert/strict";
import { Rig } from "./_rig.ts";
import { ERRNO } from "./errno.ts";
import { type Libc, openLibc } from "./libc.ts";
import { allocate } from "./memory.ts";
import { LinuxBatch } from "./mmsg.ts";
import { HEADER } from "./mmsg_layout.ts";

const LINUX = Deno.build.os === "linux";

/** A libc whose network refuses to cut messages into datagrams, and how often it did. */
function refusing(libc: Libc, code: number): { readonly libc: Libc; refusals: number } {
  const result = { libc, refusals: 0 };
  let failed = false;
  const sendmmsg: Libc["call"]["sendmmsg"] = (sock, headers, count, flags) => {
    assert.ok(headers instanceof Uint8Array);
    failed = headers[4 * HEADER.vectorCount] !== 1;
    if (!failed) return libc.call.sendmmsg(sock, headers, count, flags);
    result.refusals++;
    return -1;
  };
  const errno = () => failed ? code : libc.errno();
  result.libc = { ...libc, errno, call: { ...libc.call, sendmmsg } };
  return result;
}

Deno.test.each([
  { what: "smaller than the next limit", code: ERRNO.EINVAL, size: 100, refusals: 1 },
  { what: "a little too large", code: ERRNO.EMSGSIZE, size: 1450, refusals: 1 },
  { what: "sent where nothing can be cut", code: ERRNO.EIO, size: 100, refusals: 1 },
])("datagrams that are $what all arrive, whole", {
  ignore: !LINUX,
}, async ({ code, size, refusals }) => {
  await using rig = new Rig();
  const libc = openLibc();
  const fake = refusing(libc, code);
  const batch = new LinuxBatch(fake.libc, 16);
  const { sock: to, port } = rig.bound("datagram");
  const from = rig.connected("datagram", port);
  const got = allocate(2048);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 16; i++) {
      batch.lengths[i] = size;
      batch.put(i, i);
    }
    assert.equal(batch.send(from, 0, 16), 16);
    for (let i = 0; i < 16; i++) assert.equal(rig.sys.receive(to, got.bytes, 2048), size);
    assert.equal(rig.sys.receive(to, got.bytes, 2048), -ERRNO.EAGAIN);
  }
  assert.equal(fake.refusals, refusals); // it learns: the second round does not try
  libc.close();
});

Deno.test("a path with less room gets smaller messages, not none", { ignore: !LINUX }, async () => {
  await using rig = new Rig();
  const libc = openLibc();
  const fake = refusing(libc, ERRNO.EINVAL);
  const batch = new LinuxBatch(fake.libc, 4);
  const { port } = rig.bound("datagram");
  const from = rig.connected("datagram", port);
  const tries = [1450, 1450, 1300, 1300, 1200, 1200, 4].map((size) => {
    for (let i = 0; i < 4; i++) {
      batch.lengths[i] = size;
      batch.put(i, i);
    }
    const before = fake.refusals;
    assert.equal(batch.send(from, 0, 4), 4);
    return fake.refusals - before;
  });
  assert.deepEqual(tries, [1, 0, 1, 0, 1, 0, 0]);
  libc.close();
});
