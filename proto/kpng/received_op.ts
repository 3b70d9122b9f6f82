/**
 * Operations as they are received: taken apart, and checked.
 *
 * @module
 */
import { fromBinary } from "@bufbuild/protobuf";
import { OpItemSchema } from "./api/localv1_pb.ts";

/** An operation, its path in parts. */
export type ReceivedOp =
  /** The round is complete. */
  | { readonly op: "sync" }
  /** All that was told before does not hold any more. */
  | { readonly op: "reset" }
  /** A path has this value now. */
  | {
    readonly op: "set";
    readonly set: number;
    readonly path: string;
    readonly value: Uint8Array;
  }
  /** A path has no value any more. */
  | { readonly op: "delete"; readonly set: number; readonly path: string };

/** The operations of one round. */
export interface ReceivedRound {
  /** Whether they are the full set, after a reset. */
  readonly full: boolean;
  /** The operations that set and delete, in order. */
  readonly ops: readonly Extract<ReceivedOp, { readonly set: number }>[];
}

/**
 * Reads an operation; `null` for one of a kind that is not known here, as a newer server may send.
 *
 * @throws {Error} If it is no message.
 */
export function readOp(message: Uint8Array): ReceivedOp | null {
  const { Op } = fromBinary(OpItemSchema, message);
  switch (Op.case) {
    case "Sync":
      return { op: "sync" };
    case "Reset":
      return { op: "reset" };
    case "Set":
      return {
        op: "set",
        set: Op.value.Ref?.Set ?? 0,
        path: Op.value.Ref?.Path ?? "",
        value: Op.value.Bytes,
      };
    case "Delete":
      return { op: "delete", set: Op.value.Set, path: Op.value.Path };
    default:
      return null;
  }
}
