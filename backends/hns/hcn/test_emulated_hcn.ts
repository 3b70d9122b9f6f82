/**
 * The functions of computenetwork.dll, answered by the emulator: the peer of every transport in tests.
 *
 * @module
 */
import { unreachable } from "../../../core/mod.ts";
import type { HnsEmulator } from "../emulator/emulator.ts";
import { HnsError } from "../hns_error.ts";
import { field } from "../read_documents.ts";
import { NEVER } from "../test_node.ts";
import { errorRecord } from "./answers.ts";
import type { HcnAnswer, HcnApi, HcnCall } from "./calls.ts";

/** What a test has the functions answer in the place of the emulator; `null` leaves it to that. */
export type Tamper = (call: HcnCall) => Partial<HcnAnswer> | null;

/** The emulator behind the functions. */
export interface EmulatedHcn extends HcnApi {
  /** The emulator. */
  readonly emulator: HnsEmulator;
  /** Has other answers given from now on. */
  tamper: Tamper;
}

const GOOD: HcnAnswer = { hresult: 0, output: "", error: "", step: "" };

/** Puts the functions before an emulator. */
export function emulatedHcn(emulator: HnsEmulator, concurrency = 4): EmulatedHcn {
  return {
    name: "emulated-hcn",
    concurrency,
    emulator,
    tamper: () => null,
    async call(call) {
      const other = this.tamper(call);
      if (other !== null) return { ...GOOD, ...other };
      try {
        return { ...GOOD, output: await answer(emulator, call) };
      } catch (error) {
        if (!(error instanceof HnsError)) throw error;
        const { hresult, message } = error;
        return {
          hresult,
          output: "",
          error: errorRecord(hresult, `Fehlgeschlagen: ${message}`),
          step: "",
        };
      }
    },
    watch: (listener) => emulator.watch(listener),
    close: () => emulator.close(),
  };
}

async function answer(emulator: HnsEmulator, call: HcnCall): Promise<string> {
  switch (call.op) {
    case "enumerate": {
      const all = await emulator.list(call.kind, NEVER);
      return JSON.stringify(all.map((each) => field(each, "ID")));
    }
    case "query":
      return JSON.stringify(await emulator.get(call.kind, call.id, NEVER));
    case "create-endpoint": {
      const { networkId, id, settings } = call;
      const creation = { kind: "endpoint", networkId, id, document: JSON.parse(settings) } as const;
      return JSON.stringify(await emulator.create(creation, NEVER));
    }
    case "create-load-balancer": {
      const { id, settings } = call;
      const creation = { kind: "load-balancer", id, document: JSON.parse(settings) } as const;
      return JSON.stringify(await emulator.create(creation, NEVER));
    }
    case "modify-load-balancer":
      await emulator.modifyLoadBalancer(call.id, JSON.parse(call.settings), NEVER);
      return "";
    case "delete":
      await emulator.delete(call.kind, call.id, NEVER);
      return "";
    case "hns": {
      const { major, minor } = await emulator.version(NEVER);
      return JSON.stringify({ Success: true, Output: { Major: major, Minor: minor } });
    }
    default:
      return unreachable(call);
  }
}
