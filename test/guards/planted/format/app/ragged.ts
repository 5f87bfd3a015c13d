// planted: format
export const word   =   "ragged"
