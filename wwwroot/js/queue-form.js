// The form of a queue: the list of signals is narrowed by what is typed, and the example's sum follows the weights. Without it the form is the same, with all signals shown.
const search = document.querySelector("[data-narrows]");
if (search) {
  const choices = [...document.getElementById(search.dataset.narrows).querySelectorAll("label")];
  const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = choices.map(choice => plain(choice.textContent));
  search.hidden = false;
  search.addEventListener("input", () => {
    const wanted = plain(search.value.trim());
    // What is chosen stays in sight.
    choices.forEach((choice, i) => { choice.hidden = wanted !== "" && !words[i].includes(wanted) && !choice.querySelector("input").checked; });
  });
  search.addEventListener("keydown", event => { if (event.key === "Enter") event.preventDefault(); });
}

const weights = [...document.querySelectorAll("[data-counts]")];
const example = document.querySelector("[data-sum]");
if (example) {
  const places = [...example.querySelectorAll("span")];
  const show = () => {
    let sum = 0;
    weights.forEach((weight, i) => {
      const value = Number.parseInt(weight.value, 10) || 0;
      places[i].textContent = value;
      sum += value * weight.dataset.counts;
    });
    // As the list shows priorities: thousandths are points.
    example.querySelector("b").textContent = (sum / 1000).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  };
  weights.forEach(weight => weight.addEventListener("input", show));
  show();
}
