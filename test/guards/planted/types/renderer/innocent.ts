document.title = 'Keyferry';
