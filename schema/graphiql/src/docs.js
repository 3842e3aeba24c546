/** Render /openapi.json with Swagger UI, light or dark as the system is, without any outside service. */
export function showDocs(SwaggerUI) {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();

  SwaggerUI({
    dom_id: '#docs',
    url: '/openapi.json',
    validatorUrl: null,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    filter: true,
    persistAuthorization: false,
    syntaxHighlight: { theme: dark.matches ? 'monokai' : 'idea' },
    tagsSorter: 'alpha',
  });
}
