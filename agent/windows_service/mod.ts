/**
 * Windlass as a Windows service, without a wrapper: the program tells the service control manager
 * itself how it is, and `windlass service` installs it there.
 *
 * @module
 */
export { commandLineOf } from "./command_line.ts";
export {
  type InstalledService,
  RECOVERY,
  type Recovery,
  type ServiceDefinition,
  type StartType,
} from "./definition.ts";
export { programPlace } from "./program_place.ts";
export { type Program, runAsService, withoutServiceFlag } from "./run_as_service.ts";
export { LOG_FOLDER, serviceLine } from "./service_line.ts";
export { openServiceManager, type ServiceManager } from "./service_manager.ts";
export type { ServiceState, ServiceStatus } from "./service_status.ts";
export { meaningOf, Win32Error } from "./win32_error.ts";
