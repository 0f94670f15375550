// The page of the API's document: Swagger UI from files of our own, asking nobody else anything.

const page = document.getElementById("docs");

window.SwaggerUIBundle({
  url: page.dataset.schema,
  domNode: page,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tagsSorter: "alpha",
  validatorUrl: null,
});
