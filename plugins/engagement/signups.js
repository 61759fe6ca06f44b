// A reader who has reached a thanks page is thanked in a line instead of asked again.
// It is noted in this browser alone, and nothing is sent.
{
  // Other sites' addresses here may be whole ones.
  const note = (page) => `signed up: ${new URL(page, location).pathname}`;
  const pages = document.currentScript.dataset.successPages.split(" ");
  try {
    for (const page of pages) {
      if (note(page) === note(location)) localStorage.setItem(note(page), "1");
    }
    for (const thanks of document.querySelectorAll("[data-success-page]")) {
      if (localStorage.getItem(note(thanks.dataset.successPage))) {
        thanks.hidden = false;
        thanks.previousElementSibling.hidden = true;
      }
    }
  } catch {
    // Where storage is forbidden, the form stays.
  }
}
