// planted: app-is-pure, no-network
export { connect } from 'node:net';
