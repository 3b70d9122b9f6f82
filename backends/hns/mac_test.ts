import assert from "node:assert/strict";
import { ipv4Number, normalMac, remoteMac } from "./mac.ts";

Deno.test.each([
  { ip: "10.244.3.9", mac: "02-11-0a-f4-03-09" },
  { ip: "255.255.255.255", mac: "02-11-ff-ff-ff-ff" },
  { ip: "fd00:10:244:3::a1b:c2d3", mac: "02-11-d3-c2-1b-0a" },
  { ip: "fd00::", mac: "02-11-00-00-00-00" },
  { ip: "::1", mac: "02-11-01-00-00-00" },
  { ip: "1:2:3:4:5:6:7:8", mac: "02-11-08-00-07-00" },
  { ip: "no address", mac: "02-11-22-33-44-55" },
  { ip: "10.0.0.256", mac: "02-11-22-33-44-55" },
])("the remote endpoint of $ip has $mac", ({ ip, mac }) => {
  assert.equal(remoteMac(ip), mac);
});

Deno.test.each([
  { given: "00-15-5D-65-2A-00", mac: "00-15-5d-65-2a-00" },
  { given: "00:15:5d:65:2a:00", mac: "00-15-5d-65-2a-00" },
  { given: "00-15-5d-65-2a", mac: "" },
  { given: "", mac: "" },
])("normalMac($given) is $mac", ({ given, mac }) => {
  assert.equal(normalMac(given), mac);
});

Deno.test.each([
  { ip: "0.0.0.0", value: 0 },
  { ip: "1.2.3.4", value: 0x01020304 },
  { ip: "255.0.0.1", value: 0xff000001 },
  { ip: "1.2.3", value: null },
  { ip: "1..2.3", value: null },
  { ip: "::1", value: null },
])("ipv4Number($ip) is $value", ({ ip, value }) => {
  assert.equal(ipv4Number(ip), value);
});
