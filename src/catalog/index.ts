export {
  type CategoryId,
  categories,
  checkDetailId,
  type DetailId,
  details,
  holdersOf,
  holdings,
  isDetailId,
} from './details.js';
export { checkServerId, commonServers, isServerId, type ServerId, servers } from './servers.js';
