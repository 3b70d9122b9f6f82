/**
 * Service addresses on an interface of Windows.
 *
 * @module
 */
export {
  type FoundInterface,
  HNS_INTERNAL_NIC,
  INTERFACE_ENV,
  type InterfaceRule,
  type InterfaceWish,
} from "./find_interface.ts";
export { inspectServiceInterface } from "./inspect.ts";
export { programAt, type ProgramResult, PROGRAMS, type RunProgram } from "./programs.ts";
export type { Journal, OwnAddresses } from "./journal.ts";
export {
  type OpenedWindowsAddresses,
  openWindowsAddresses,
  WINDOWS_ADDRESS_WAYS,
  type WindowsAddressOptions,
  type WindowsAddressWay,
} from "./open.ts";
export { ADDRESS_STATES } from "./way.ts";
export type { AddressState, AddressWay, Look, WindowsAddress, WindowsInterface } from "./way.ts";
export type { OpenedWay, Refusal } from "./way.ts";
