// planted: TS2584
document.title = 'Keyferry';
