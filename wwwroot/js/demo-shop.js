// The demo shop's checkout: asks what the browser saw, hands the session to the backend, and never holds the buyer up.
const form = document.getElementById("checkout");
if (form && window.Clausum) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    const answer = await window.Clausum.assess({
      amount: Math.round(Number(form.elements.amount.value) * 100), currency: form.dataset.currency, email: form.elements.email.value, metadata: { channel: "demo shop" },
    });
    form.elements.session.value = answer.session_id;
    form.submit();
  });
}
