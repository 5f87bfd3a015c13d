// planted: no-network
export const later = () => import('node:dgram');
