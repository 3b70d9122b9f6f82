/**
 * Makes the source that a command line asks for.
 *
 * @module
 */
import { UsageError } from "../cli/usage_error.ts";
import { type PipelineEvent, unreachable } from "../../core/mod.ts";
import { connectionOf } from "../kpng/options.ts";
import {
  fileSource,
  kpngGlobalSource,
  kpngLocalSource,
  type KubeConnection,
  kubeSource,
  loadKubeConnection,
  type Source,
} from "../../proto/mod.ts";
import { choosingSource } from "../choosing_source.ts";
import { strictSource } from "../strict_source.ts";
import type { CommandContext } from "./command.ts";
import { userspaceChoice } from "./userspace_choice.ts";

/** What a command needs of its source. */
export interface SourceNeeds {
  /** Whether the source is to end after the present state. */
  readonly once: boolean;
  /** The only Node that is of interest; `null` for all. */
  readonly nodeName: string | null;
  /** What every connection to the API server goes through, so that it can be watched. */
  readonly watchConnection?: (connection: KubeConnection) => KubeConnection;
}

/** Makes the source that the command line asks for: of the cluster's state, or of the node's view. */
export function openSource(
  context: CommandContext,
  needs: SourceNeeds & { readonly nodeName: string },
): Source<PipelineEvent> {
  const { form, flags } = context;
  if (form.source !== "api" || flags.global) return openChosenSource(context, needs);
  if (userspaceChoice(flags).labels.length > 0) {
    throw new UsageError(
      "Cannot choose Services by label with source api: a view from another process has no labels; " +
        "name them in --userspace-services, or give --global",
      form.name,
    );
  }
  return kpngLocalSource({ connection: connectionOf(flags), ...needs });
}

/** The source of the cluster's state, with the Services marked that are chosen by label. */
export function openChosenSource(context: CommandContext, needs: SourceNeeds): Source {
  const { labels } = userspaceChoice(context.flags);
  const source = openClusterSource(context, needs);
  return labels.length === 0 ? source : choosingSource(source, labels);
}

/** Makes the source of the cluster's state that the command line asks for. */
export function openClusterSource(context: CommandContext, needs: SourceNeeds): Source {
  const { form, flags } = context;
  switch (form.source) {
    case null:
      throw new UsageError(`A source is missing: ${form.usage}`, form.name);
    case "file": {
      if (flags.input.length === 0) {
        throw new UsageError("Flag --input is missing; write --input=PATH[,PATH...]", form.name);
      }
      const file = fileSource({ paths: flags.input, once: needs.once });
      return flags.strict ? strictSource(file) : file;
    }
    case "kube":
      return kubeClusterSource(context, needs);
    case "api":
      return kpngGlobalSource({ connection: connectionOf(flags), once: needs.once });
    default:
      return unreachable(form.source);
  }
}

/** The kube source closes its connection at its end, so each run makes its own. */
function kubeClusterSource({ flags, io }: CommandContext, needs: SourceNeeds): Source {
  return {
    name: "kube",
    async run(sink, signal) {
      const connection = await loadKubeConnection({
        kubeconfig: flags.kubeconfig ?? undefined,
        context: flags.context ?? undefined,
        server: flags.server ?? undefined,
        env: (name) => io.env(name),
      });
      const { watchConnection = (same) => same, once, nodeName } = needs;
      await kubeSource({ connection: watchConnection(connection), once, nodeName })
        .run(sink, signal);
    },
  };
}
