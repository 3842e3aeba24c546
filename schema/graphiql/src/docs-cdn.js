// Entry of the CDN's REST page, after Swagger UI's own script.
import { showDocs } from './docs.js';

showDocs(window.SwaggerUIBundle);
