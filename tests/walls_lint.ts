export default { name: "walls", rules: {} } satisfies Deno.lint.Plugin;
