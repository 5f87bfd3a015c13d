// planted: product-not-test
export { fake } from '../test/support/fake.ts';
