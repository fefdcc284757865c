// Tips on charts: by pointer, and by arrow keys once a chart has the focus. Without this script the
// browser shows the <title> of each element itself.
(function () {
  "use strict";
  var tip = document.getElementById("tip");
  var current = null;
  function hide() {
    if (current) current.classList.remove("on");
    current = null;
    tip.hidden = true;
  }
  function show(element, x, y) {
    if (current !== element) {
      hide();
      current = element;
      element.classList.add("on");
      tip.textContent = element.dataset.tip;
    }
    tip.hidden = false;
    var left = Math.min(x + 14, window.innerWidth - tip.offsetWidth - 8);
    var top = y + 14 + tip.offsetHeight > window.innerHeight ? y - tip.offsetHeight - 10 : y + 14;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = Math.max(8, top) + "px";
  }
  function showBeside(element) {
    var box = element.getBoundingClientRect();
    show(element, box.left + box.width / 2, box.top + Math.min(box.height / 2, 60));
  }
  document.querySelectorAll("svg").forEach(function (svg) {
    var hits = Array.from(svg.querySelectorAll(".hit"));
    hits.forEach(function (hit) {
      var title = hit.querySelector("title");
      hit.dataset.tip = title.textContent;
      title.remove();
    });
    svg.addEventListener("pointermove", function (event) {
      var hit = event.target.closest(".hit");
      if (hit) show(hit, event.clientX, event.clientY); else hide();
    });
    svg.addEventListener("pointerleave", hide);
    svg.addEventListener("blur", hide);
    svg.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") hide();
      if (!step || hits.length === 0) return;
      event.preventDefault();
      var at = hits.indexOf(current);
      showBeside(hits[at < 0 ? (step > 0 ? 0 : hits.length - 1) : (at + step + hits.length) % hits.length]);
    });
  });
})();
