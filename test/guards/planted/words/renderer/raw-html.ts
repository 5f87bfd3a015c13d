// planted: no raw HTML
export const show = (element: Element, text: string): string => (element.innerHTML = text);
