// The switch of language: the page is Vietnamese without it.
(function () {
  var buttons = document.querySelectorAll("[data-language]");
  function speak(language) {
    document.documentElement.lang = language;
    document.title = document.documentElement.getAttribute("data-title-" + language);
    buttons.forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-language") === language));
    });
  }
  buttons.forEach(function (button) {
    button.addEventListener("click", function () { speak(button.getAttribute("data-language")); });
  });
  document.getElementById("languages").hidden = false;
  if (location.hash === "#en") { speak("en"); }
})();
