// A reader who has reached a thanks page is thanked in a line instead of asked again.
// It is noted in this browser alone, and nothing is sent.
{
  const pages = document.currentScript.dataset.successPages.split(" ");
  try {
    if (pages.includes(location.pathname)) localStorage.setItem(`signed up: ${location.pathname}`, "1");
    for (const thanks of document.querySelectorAll("[data-success-page]")) {
      if (localStorage.getItem(`signed up: ${thanks.dataset.successPage}`)) {
        thanks.hidden = false;
        thanks.previousElementSibling.hidden = true;
      }
    }
  } catch {
    // Where storage is forbidden, the form stays.
  }
}
