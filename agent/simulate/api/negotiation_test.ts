import assert from "node:assert/strict";
import { negotiate } from "./negotiation.ts";

const AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

Deno.test.each<{ accept: string | null; form: string | null }>([
  { accept: null, form: "json" },
  { accept: "*/*", form: "json" },
  { accept: "application/json", form: "json" },
  { accept: "application/json;stream=watch", form: "json" },
  { accept: "application/vnd.kubernetes.protobuf,application/json", form: "json" },
  {
    accept: `${AS_TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`,
    form: "table",
  },
  { accept: "application/json;as=Other;v=v1;g=x, application/json", form: "json" },
  { accept: "application/json; as=Table; v=v1; g=meta.k8s.io", form: "table" },
  { accept: "application/vnd.kubernetes.protobuf", form: null },
  { accept: "application/json;as=Other;v=v1;g=x", form: null },
])("Accept «$accept» gets $form", ({ accept, form }) => {
  assert.equal(negotiate(accept)?.form ?? null, form);
});
