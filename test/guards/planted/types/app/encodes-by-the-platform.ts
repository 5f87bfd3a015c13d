// planted: TS2304
export const bytes: unknown = new TextEncoder();
