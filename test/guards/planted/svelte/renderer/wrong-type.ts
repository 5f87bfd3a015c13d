// planted: 2322
export const count: number = 'three';
