import assert from "node:assert/strict";
import { FLAGS } from "../cli/flags.ts";
import { lex, lexiconOf } from "../cli/lex.ts";
import { readFlags } from "../cli/read_flags.ts";
import { resolve } from "../cli/resolve.ts";
import { fakeIo } from "../test_io.ts";
import { FakeTimers } from "../test_timers.ts";
import type {
  InstalledService,
  ServiceDefinition,
  ServiceManager,
  ServiceStatus,
} from "../windows_service/mod.ts";
import { Win32Error } from "../windows_service/mod.ts";
import { run } from "./service.ts";

interface Entry {
  readonly definition: ServiceDefinition;
  /** The statuses that it shows from now on; the last one stays. */
  readonly statuses: ServiceStatus[];
}

const STATUS = { pid: 0, checkpoint: 0, waitHintMs: 0, exitCode: 0 };
const STOPPED: ServiceStatus = { ...STATUS, state: "stopped" };
const RUNNING: ServiceStatus = { ...STATUS, state: "running", pid: 4711 };

/** A service control manager in memory, with the errors of the real one. */
function fakeManager(
  { startsAs = [RUNNING], stopsAs = [STOPPED], troubles = [] as Win32Error[] } = {},
) {
  const services = new Map<string, Entry>();
  const known = (name: string, verb: string): Entry => {
    const entry = services.get(name);
    if (entry === undefined) throw new Win32Error(`${verb} service "${name}"`, 1060);
    return entry;
  };
  let open = 0;
  const manager: ServiceManager = {
    install(definition) {
      const { name } = definition;
      if (services.has(name)) throw new Win32Error(`install service "${name}"`, 1073);
      services.set(name, { definition, statuses: [STOPPED] });
      return troubles;
    },
    uninstall(name) {
      known(name, "remove");
      services.delete(name);
    },
    start: (name) => void known(name, "start").statuses.splice(0, Infinity, ...startsAs),
    stop: (name) => void known(name, "stop").statuses.splice(0, Infinity, ...stopsAs),
    status(name) {
      const statuses = services.get(name)?.statuses ?? [];
      return (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? null;
    },
    query(name): InstalledService | null {
      const definition = services.get(name)?.definition;
      if (definition === undefined) return null;
      const { displayName, commandLine, dependsOn } = definition;
      return { displayName, commandLine, dependsOn, start: "auto", account: "LocalSystem" };
    },
    [Symbol.dispose]: () => void open--,
  };
  return {
    services,
    openManager() {
      open++;
      return manager;
    },
    open: () => open,
  };
}

const LEXICON = lexiconOf(Object.values(FLAGS));

/** Runs `windlass service …`; time goes on as fast as it can. */
async function service(world: ReturnType<typeof fakeManager>, ...args: readonly string[]) {
  const io = fakeIo();
  const timers = new FakeTimers();
  const lexed = lex(["service", ...args], LEXICON);
  const form = resolve(lexed.words);
  const running = run({ form, flags: readFlags(lexed, form), io }, { ...world, timers });
  const ended = running.then((code) => ({ code, out: io.out(), err: io.err() }));
  ended.catch(() => {}); // whoever awaits it hears of it
  await timers.advance(600_000);
  assert.equal(world.open(), 0, "the manager is closed");
  return await ended;
}

const LINE = ["--", "kube", "to-userspace", "--kubeconfig=C:\\k k\\config"];

Deno.test("install writes the quoted command line, start type, dependencies and recovery", async () => {
  const world = fakeManager();
  const { code, out } = await service(
    world,
    "install",
    "--depend-on=hns",
    "--start=delayed",
    ...LINE,
  );
  assert.equal(code, 0);
  const definition = world.services.get("windlass")?.definition;
  assert(definition !== undefined);
  assert.match(
    definition.commandLine,
    /^"[^"]+" .*kube to-userspace --windows-service --log-dir=C:\\var\\log\\windlass --logtostderr=false "--kubeconfig=C:\\k k\\config"$/,
  );
  assert.equal(definition.start, "delayed");
  assert.deepEqual(definition.dependsOn, ["hns"]);
  assert.deepEqual(definition.recovery.restartAfterMs, [5_000, 5_000, 30_000]);
  assert(out.includes(definition.commandLine));
});

Deno.test("what cannot be set is told, and the service is there all the same", async () => {
  const troubles = [new Win32Error('set the recovery actions of service "windlass"', 124)];
  const { code, err } = await service(fakeManager({ troubles }), "install", ...LINE);
  assert.equal(code, 0);
  assert.match(err, /Cannot set the recovery actions .*; the service is there all the same/);
});

Deno.test("install of a name that is taken says so", async () => {
  const world = fakeManager();
  await service(world, "install", ...LINE);
  await assert.rejects(
    service(world, "install", ...LINE),
    /there is a service of that name already/,
  );
});

Deno.test("start waits until it runs, and is content with one that runs", async () => {
  const starting: ServiceStatus = { ...STATUS, state: "start-pending" };
  const world = fakeManager({ startsAs: [starting, starting, RUNNING] });
  await service(world, "install", ...LINE);
  assert.match((await service(world, "start")).out, /runs as process 4711/);
  assert.match((await service(world, "start")).out, /is running already/);
});

Deno.test("start of one that ends at once tells its exit code and where to look", async () => {
  const world = fakeManager({ startsAs: [{ ...STOPPED, exitCode: 2 }] });
  await service(world, "install", ...LINE);
  await assert.rejects(
    service(world, "start"),
    /ended with code 2 instead of running.*Event Viewer/,
  );
});

Deno.test("start and stop wait for --timeout and no longer", async () => {
  const world = fakeManager({
    startsAs: [{ ...STATUS, state: "start-pending" }],
    stopsAs: [{ ...STATUS, state: "stop-pending" }],
  });
  await service(world, "install", ...LINE);
  await assert.rejects(service(world, "start", "--timeout=3s"), /still start-pending after 3 s/);
  await assert.rejects(service(world, "stop"), /still stop-pending after 60 s/);
});

Deno.test("stop of one that does not run is done already", async () => {
  const world = fakeManager();
  await service(world, "install", ...LINE);
  assert.match((await service(world, "stop")).out, /is not running/);
  await service(world, "start");
  assert.match((await service(world, "stop")).out, /has stopped/);
});

Deno.test("uninstall stops it first; what is not there is removed already", async () => {
  const world = fakeManager();
  await service(world, "install", ...LINE);
  await service(world, "start");
  assert.match((await service(world, "uninstall")).out, /is removed/);
  assert.equal(world.services.size, 0);
  assert.match((await service(world, "uninstall")).out, /is not installed/);
});

Deno.test("start and stop of none say so", async () => {
  for (const action of ["start", "stop"]) {
    await assert.rejects(
      service(fakeManager(), action),
      /there is no such service.*--service-name/,
    );
  }
});

Deno.test("status as text and as JSON; exit code 1 where there is none", async () => {
  const world = fakeManager();
  const none = await service(world, "status", "-o", "json");
  assert.equal(none.code, 1);
  assert.deepEqual(JSON.parse(none.out), { name: "windlass", state: "not-installed" });
  await service(world, "install", "--service-name=w2", ...LINE);
  await service(world, "start", "--service-name=w2");
  const { code, out } = await service(world, "status", "--service-name=w2", "-o", "json");
  assert.equal(code, 0);
  const status = JSON.parse(out);
  assert.equal(status.state, "running");
  assert.equal(status.pid, 4711);
  assert.match(
    (await service(world, "status", "--service-name=w2")).out,
    /^name +w2\nstate +running\n/,
  );
});

Deno.test.each([
  { args: ["remove"], why: /Unknown action "remove".*one of install, uninstall/ },
  { args: ["start", "now"], why: /Unexpected argument "now"/ },
  { args: ["install"], why: /command line of the service is missing/ },
])("windlass service $args is refused", async ({ args, why }) => {
  await assert.rejects(service(fakeManager(), ...args), why);
});
