// Before anything is drawn: the keys that are printed beside what they press are those that this browser keeps, and none where they are switched off. Whatever comes into the page, as it is read or later, is printed alike.
window.panelHints = (() => {
  const root = document.documentElement;
  let map = {};
  const print = kbd => {
    // It may come before its text does.
    if (!kbd.dataset.first && kbd.textContent) kbd.dataset.first = kbd.textContent;
    const key = map[kbd.dataset.hint] ?? kbd.dataset.first;
    // Somebody gave its letter to something else.
    kbd.hidden = !(kbd.dataset.hint in map) && Object.values(map).includes(key);
    if (key && kbd.textContent !== key) kbd.textContent = key;
  };
  const printAll = part => { for (const kbd of part.querySelectorAll("kbd[data-hint]")) print(kbd); };
  const refresh = () => {
    let stored = {};
    try { stored = JSON.parse(localStorage.getItem("panel-keys")) ?? {}; } catch { /* Without a store they are the first ones. */ }
    map = stored.map ?? {};
    root.classList.toggle("keys-off", stored.off === true);
    printAll(document);
  };
  new MutationObserver(changes => {
    if (Object.keys(map).length === 0) return;
    for (const { target, addedNodes } of changes) {
      if (target.matches("kbd[data-hint]")) print(target);
      for (const node of addedNodes) if (node.nodeType === Node.ELEMENT_NODE) if (node.matches("kbd[data-hint]")) print(node); else printAll(node);
    }
  }).observe(root, { childList: true, subtree: true });
  refresh();
  return { refresh };
})();
