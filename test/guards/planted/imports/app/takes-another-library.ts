// planted: app-is-pure
export { default } from 'canonicalize';
