/**
 * Calls that hang. HNS is known to hang, and a call into it cannot be taken back: so whoever waits is
 * told in time, and while too many calls hang no more are made.
 *
 * @module
 */
import { errorRecord } from "./answers.ts";
import { type HcnAnswer, type HcnApi, type HcnCall, LOCAL_HRESULTS } from "./calls.ts";

/** How much patience there is with HNS. */
export interface Patience {
  /** How long a call may take, in milliseconds. */
  readonly callMs: number;
  /** How many calls may hang; each holds a thread. */
  readonly mostHanging: number;
}

/** Has calls answered with a time-out when they take too long. */
export function patient(api: HcnApi, { callMs, mostHanging }: Patience): HcnApi {
  let hanging = 0;
  const call = async (call: HcnCall): Promise<HcnAnswer> => {
    if (hanging >= mostHanging) {
      return timedOut(`${hanging} calls hang in HNS: until one of them ends no more are made`);
    }
    const calling = api.call(call);
    const answer = await within(callMs, calling);
    if (answer !== "late") return answer;
    hanging++;
    const ended = () => void hanging--;
    calling.then(ended, ended);
    return timedOut(`no answer within ${callMs} ms`);
  };
  const { name, concurrency } = api;
  return {
    name,
    concurrency,
    call,
    watch: (listener) => api.watch(listener),
    close: () => api.close(),
  };
}

/** What a promise comes to, or `"late"` if that takes too long. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(why: string): HcnAnswer {
  const hresult = LOCAL_HRESULTS.timedOut;
  return { hresult: hresult | 0, output: "", error: errorRecord(hresult, why), step: "" };
}
