export { type CategoryId, categories, type DetailId, details, holdersOf, holdings, isDetailId } from './details.js';
export { commonServers, isServerId, type ServerId, servers } from './servers.js';
